// at `id()`: is a field of what is published
use messaging::producer;

#[producer(topic = "orders.created", key = id())]
async fn create(order: String) -> messaging::Result<String> {
    Ok(order)
}

fn main() {}
