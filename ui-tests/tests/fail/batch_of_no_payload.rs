// at `Batch<Order>`: add `#[derive(serde::Serialize, serde::Deserialize, messaging::Payload)]` to it
use messaging::{Batch, worker};

struct Order;

#[worker(topic = "orders", batch_size = 50)]
async fn charge(orders: Batch<Order>) {
    drop(orders);
}

fn main() {}
