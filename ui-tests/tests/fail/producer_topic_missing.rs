// at `#[producer(key = id)]`: write `#[producer(topic = "orders.created")]`
use messaging::producer;

#[producer(key = id)]
async fn create(order: String) -> messaging::Result<String> {
    Ok(order)
}

fn main() {}
