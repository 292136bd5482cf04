// at `order_id`: available field is: `id`
use messaging::{Payload, topic};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Order {
    id: String,
}

#[topic(name = "orders", schema = Order, key = order_id)]
struct Orders;

fn main() {}
