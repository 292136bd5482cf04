// at `#[worker(concurrency = 2)]`: write `#[worker(topic = "orders.created")]`
use messaging::worker;

#[worker(concurrency = 2)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
