// at `order_id`: no field `order_id` on type `&Order`
use messaging::{Payload, producer};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Order {
    id: String,
}

#[producer(topic = "orders.created", key = order_id)]
async fn create(order: Order) -> messaging::Result<Order> {
    Ok(order)
}

fn main() {}
