// at `String`: `Vec<Result<R, E>>` with one entry per record
use messaging::{Batch, worker};

#[worker(topic = "orders")]
async fn charge(orders: Batch<String>) -> String {
    orders.into_iter().collect()
}

fn main() {}
