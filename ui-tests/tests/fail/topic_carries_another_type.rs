// at `OrdersCreated`: take the topic's `schema` as the first argument
use messaging::{Payload, topic, worker};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Order {
    id: String,
}

#[topic(name = "orders.created", schema = Order)]
struct OrdersCreated;

#[worker(topic = OrdersCreated)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
