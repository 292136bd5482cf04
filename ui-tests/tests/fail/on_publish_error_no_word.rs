// at `false`: use "fail", "log"
use messaging::producer;

#[producer(topic = "orders.created", on_publish_error = false)]
async fn create(order: String) -> messaging::Result<String> {
    Ok(order)
}

fn main() {}
