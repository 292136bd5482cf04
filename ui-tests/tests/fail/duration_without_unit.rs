// at `"5"`: write "100ms", "5s"
use messaging::worker;

#[worker(topic = "orders", timeout = "5")]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
