// at `5s`: needs quotes
use messaging::worker;

#[worker(topic = "orders", retry_delay = 5s)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
