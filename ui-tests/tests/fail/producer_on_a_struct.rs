// at `struct`: put it on an async function or method
use messaging::producer;

#[producer(topic = "orders.created")]
struct Orders;

fn main() {}
