// at `#[consumer("shop")]`: write `#[consumer(topic = "orders.created")]`
use messaging::consumer;

#[consumer("shop")]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
