// at `Order`: messaging::Payload)]`
use messaging::{consumer, on_event};

#[consumer("shop", topics = ["orders"])]
struct Shop;

struct Order;

#[on_event("paid", consumer = Shop)]
async fn paid(order: Order) {
    drop(order);
}

fn main() {}
