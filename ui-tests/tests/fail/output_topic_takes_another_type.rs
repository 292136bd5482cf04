// at `OrdersPaid`: write the topic's `schema`
use messaging::{Payload, topic, worker};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Order {
    id: String,
}

#[topic(name = "orders.paid", schema = Order)]
struct OrdersPaid;

#[worker(topic = "orders.created", output_topic = OrdersPaid)]
async fn charge(order: String) -> Option<String> {
    Some(order)
}

fn main() {}
