// at `0`: write a whole number from 1
use messaging::worker;

#[worker(topic = "orders", concurrency = 0)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
