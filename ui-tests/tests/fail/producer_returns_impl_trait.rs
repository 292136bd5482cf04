// at `impl Into<String>`: write the type itself instead of `impl Trait`
use messaging::producer;

#[producer(topic = "orders.created")]
async fn create(order: String) -> impl Into<String> {
    order
}

fn main() {}
