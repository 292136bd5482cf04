//! A program whose workers and handlers stand in its own crate and in those that it only links.

use messaging::{App, get_all_event_handlers, get_all_topics, get_all_workers, worker};

messaging::anchor!(registry_orders, registry_payments);

#[cfg(not(feature = "without-shipping"))]
messaging::anchor!(registry_shipping);

#[worker(topic = "visits")]
async fn greet(visit: String) {
    drop(visit);
}

fn main() {
    for worker in get_all_workers() {
        let place = worker.place();
        println!(
            "worker {} on {} in {} of {}",
            worker.name(),
            worker.topic(),
            place.module,
            place.package
        );
    }
    for topic in get_all_topics() {
        println!("topic {} by {:?}", topic.name(), topic.key_field());
    }
    for handler in get_all_event_handlers() {
        println!(
            "event {} for {} of {}",
            handler.event(),
            handler.consumer_type_name().unwrap_or_default(),
            handler.place().package
        );
    }
    let app = App::new()
        .configure([("message_broker", "memory")])
        .expect_packages(["registry-orders", "registry-payments", "registry-shipping"])
        .expect_workers(["charge", "ship", "greet"])
        .expect_events("order-events", ["order.paid", "payment.received", "parcel.sent"]);
    match app.check() {
        Ok(()) => println!("all is there"),
        Err(error) => println!("{}", error.report()),
    }
}
