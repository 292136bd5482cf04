// at `Option<String>`: write a `#[worker]` with `output_topic`
use messaging::{consumer, on_event};

#[consumer("shop", topics = ["orders"])]
struct Shop;

#[on_event("paid", consumer = Shop)]
async fn paid(order: String) -> Option<String> {
    Some(order)
}

fn main() {}
