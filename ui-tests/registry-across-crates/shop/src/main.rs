//! A program whose workers stand in its own crate and in one that it only links.

use messaging::{App, registry, worker};
use registry_orders as _;

#[worker(topic = "visits")]
async fn greet(visit: String) {
    drop(visit);
}

fn main() {
    for worker in App::new().workers() {
        let place = worker.place();
        println!(
            "worker {} on {} in {} of {}",
            worker.name(),
            worker.topic(),
            place.module,
            place.package
        );
    }
    for topic in registry::topics() {
        println!("topic {} by {:?}", topic.name(), topic.key_field());
    }
}
