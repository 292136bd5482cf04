// at `OrdersCreated`: write the topic's `schema`, or name another topic
use messaging::{Payload, producer, topic};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Order {
    id: String,
}

#[topic(name = "orders.created", schema = Order)]
struct OrdersCreated;

#[producer(topic = OrdersCreated)]
async fn create(order: String) -> messaging::Result<String> {
    Ok(order)
}

fn main() {}
