// at `impl Into<String>`: write the type itself
use messaging::worker;

#[worker(topic = "orders")]
async fn charge(order: impl Into<String>) {
    drop(order);
}

fn main() {}
