// at `Order`: add `#[derive(serde::Serialize, serde::Deserialize, messaging::Payload)]`
use messaging::producer;

struct Order;

#[producer(topic = "orders.created", on_publish_error = "log")]
async fn create() -> Order {
    Order
}

fn main() {}
