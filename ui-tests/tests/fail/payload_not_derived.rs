// at `Order`: add `#[derive(serde::Serialize, serde::Deserialize, messaging::Payload)]`
use messaging::worker;

struct Order;

#[worker(topic = "orders")]
async fn charge(order: Order) {
    drop(order);
}

fn main() {}
