// at `total`: a key is text, an integer, bytes
use messaging::{Payload, producer};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Order {
    total: f64,
}

#[producer(topic = "orders.created", key = total)]
async fn create(order: Order) -> messaging::Result<Order> {
    Ok(order)
}

fn main() {}
