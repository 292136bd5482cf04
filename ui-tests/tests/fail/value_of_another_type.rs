// at `CORES`: expected `usize`
use messaging::worker;

const CORES: &str = "8";

#[worker(topic = "orders", concurrency = CORES)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
