// at `"orders created"`: use 1 to 249 letters, digits, '.', '_' and '-'
use messaging::worker;

#[worker(topic = "orders created")]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
