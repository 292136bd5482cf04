// at `concurrency`: write `concurrency = …`
use messaging::worker;

#[worker(topic = "orders", concurrency)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
