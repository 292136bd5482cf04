// at `Batch<String>`: a `Batch<_>` is for workers
use messaging::{Batch, consumer, on_event};

#[consumer("shop", topics = ["orders"])]
struct Shop;

#[on_event("paid", consumer = Shop)]
async fn paid(orders: Batch<String>) {
    drop(orders);
}

fn main() {}
