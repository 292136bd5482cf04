//! What a `#[cfg]` takes away is not registered, nor are its types looked for.

use messaging::{topic, worker};

#[worker(topic = "orders")]
#[cfg(any())]
async fn absent(order: NoSuchType) {}

#[cfg(any())]
#[worker(topic = "orders")]
async fn absent(order: NoSuchType) {}

#[topic(name = "absent")]
#[cfg(any())]
struct Absent;

#[derive(messaging::Payload)]
#[cfg(any())]
struct NoSuchType;

#[worker(topic = "orders")]
#[cfg(all())]
async fn present(order: String) {
    drop(order);
}

#[topic(name = "present")]
#[cfg(all())]
struct Present;

fn main() {
    let workers = messaging::get_all_workers();
    assert!(matches!(&workers[..], [one] if one.name() == "present"), "{workers:?}");
    let topics = messaging::get_all_topics();
    assert!(matches!(&topics[..], [one] if one.name() == "present"), "{topics:?}");
    let _ = Present;
}
