// at `String`: add `on_publish_error = "log"`
use messaging::producer;

#[producer(topic = "orders.created")]
async fn create(order: String) -> String {
    order
}

fn main() {}
