// at `7`: a text such as "order.created"
use messaging::{consumer, on_event};

#[consumer("shop", topics = ["orders"])]
struct Shop;

#[on_event(7, consumer = Shop)]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
