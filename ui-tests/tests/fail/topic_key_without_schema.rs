// at `key`: add `schema = …`
use messaging::topic;

#[topic(name = "orders", key = id)]
struct Orders;

fn main() {}
