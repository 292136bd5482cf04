// at `-1`: write a whole number from 0
use messaging::worker;

#[worker(topic = "orders", max_retries = -1)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
