// at `Shops`: cannot find type `Shops`
use messaging::{consumer, on_event};

#[consumer("shop", topics = ["orders"])]
struct Shop;

#[on_event("paid", consumer = Shops)]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
