// at `Order`: add `#[derive(serde::Serialize
use messaging::topic;

struct Order;

#[topic(name = "orders", schema = Order)]
struct Orders;

fn main() {}
