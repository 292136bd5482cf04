// at `"verdict"`: write `classify = path::to::function`
use messaging::worker;

#[worker(topic = "orders", classify = "verdict")]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
