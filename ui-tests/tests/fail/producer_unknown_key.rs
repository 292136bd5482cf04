// at `topics`: did you mean `topic`?
use messaging::producer;

#[producer(topic = "orders.created", topics = "orders")]
async fn create(order: String) -> messaging::Result<String> {
    Ok(order)
}

fn main() {}
