// at `fn`: write `async fn`
use messaging::producer;

#[producer(topic = "orders.created")]
fn create(order: String) -> messaging::Result<String> {
    Ok(order)
}

fn main() {}
