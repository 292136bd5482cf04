// at `paid`: a key is text, an integer, bytes
use messaging::{Payload, topic};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Order {
    paid: bool,
}

#[topic(name = "orders", schema = Order, key = paid)]
struct Orders;

fn main() {}
