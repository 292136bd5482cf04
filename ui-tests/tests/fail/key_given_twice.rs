// at `timeout`: remove one
use messaging::worker;

#[worker(topic = "orders", timeout = "5s", timeout = "6s")]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
