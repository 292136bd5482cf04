// at `"keys"`: (did you mean `key`?)
use messaging::worker;

#[worker(topic = "orders", order = "keys")]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
