// at `fn`: write `async fn`
use messaging::worker;

#[worker(topic = "orders")]
fn charge(order: String) {
    drop(order);
}

fn main() {}
