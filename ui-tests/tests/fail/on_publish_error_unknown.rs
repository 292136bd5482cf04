// at `"logs"`: did you mean `log`?
use messaging::producer;

#[producer(topic = "orders.created", on_publish_error = "logs")]
async fn create(order: String) -> messaging::Result<String> {
    Ok(order)
}

fn main() {}
