// at `""`: write what happened, such as
use messaging::{consumer, on_event};

#[consumer("shop", topics = ["orders"])]
struct Shop;

#[on_event("", consumer = Shop)]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
