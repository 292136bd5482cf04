// at `consumers`: (did you mean `consumer`?)
use messaging::{consumer, on_event};

#[consumer("shop", topics = ["orders"])]
struct Shop;

#[on_event("paid", consumers = Shop)]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
