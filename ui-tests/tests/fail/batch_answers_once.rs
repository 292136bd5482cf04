// at `String`: a handler of `Batch<_>` returns `()`
use messaging::{Batch, worker};

#[worker(topic = "orders")]
async fn charge(orders: Batch<String>) -> String {
    orders.into_iter().collect()
}

fn main() {}
