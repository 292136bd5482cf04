// at `batch_timeout`: take `Batch<String>` as the first argument, or remove the key
use messaging::{Delivery, worker};

type Batch = Delivery<String>;

#[worker(topic = "orders", batch_timeout = "1s")]
async fn charge(order: Batch) {
    drop(order);
}

fn main() {}
