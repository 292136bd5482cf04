//! A topic's type gives its name, checks its payload and makes its keys.

use messaging::{Json, Payload, Topic, topic, worker};
use serde::{Deserialize, Serialize};

const NAME: &str = "orders.created";

#[derive(Serialize, Deserialize, Payload)]
struct Order {
    head: Head,
}

#[derive(Serialize, Deserialize)]
struct Head {
    id: Option<u64>,
}

/// Made from a const, keyed by a field of a field.
#[topic(name = NAME, schema = Order, key = head.id)]
#[derive(Clone, Copy)]
struct OrdersCreated;

#[topic(name = "anything")]
struct Anything;

#[topic(name = "pages", schema = Json<Vec<u8>>)]
struct Pages;

#[worker(topic = OrdersCreated, output_topic = Anything, dlq_topic = Anything)]
async fn charge(order: Order) -> Order {
    order
}

#[worker(topic = OrdersCreated)]
async fn look(order: serde_json::Value) {
    drop(order);
}

#[worker(topic = Anything)]
async fn any(order: String) {
    drop(order);
}

fn main() {
    let order = Order { head: Head { id: Some(7) } };
    assert_eq!(OrdersCreated::key(&order).as_deref(), Some(&b"7"[..]));
    assert_eq!(OrdersCreated::key(&Order { head: Head { id: None } }), None);
    assert!(OrdersCreated::HAS_KEY && !Pages::HAS_KEY);

    let topics = messaging::get_all_topics();
    let described: Vec<_> = topics.iter().map(|t| (t.name(), t.schema_name().is_some(), t.key_field())).collect();
    assert_eq!(described, [("anything", false, None), (NAME, true, Some("head.id")), ("pages", true, None)]);
    assert_eq!(messaging::get_all_workers().iter().filter(|w| w.topic() == NAME).count(), 2);
}
