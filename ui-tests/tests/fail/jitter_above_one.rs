// at `1.5`: write a number from 0.0 to 1.0
use messaging::worker;

#[worker(topic = "orders", retry_jitter = 1.5)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
