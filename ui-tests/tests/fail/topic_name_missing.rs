// at `#[topic(schema = String)]`: write `#[topic(name = "orders.created")]`
use messaging::topic;

#[topic(schema = String)]
struct Orders;

fn main() {}
