// at `7`: mismatched types
use messaging::producer;

#[producer(topic = "orders.created")]
async fn create(order: String) -> messaging::Result<String> {
    drop(order);
    7
}

fn main() {}
