// at `"orders"`: `topic = "orders"`
use messaging::worker;

#[worker("orders", max_retries = 3)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
