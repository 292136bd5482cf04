// at `"Shop"`: without quotes
use messaging::{consumer, on_event};

#[consumer("shop", topics = ["orders"])]
struct Shop;

#[on_event("paid", consumer = "Shop")]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
