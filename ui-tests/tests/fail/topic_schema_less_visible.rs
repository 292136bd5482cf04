// at `Order`: private type `Order` in public interface
use messaging::{Payload, topic};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Order;

#[topic(name = "orders", schema = Order)]
pub struct Orders;

fn main() {}
