// at `topics`: it reads one topic
use messaging::consumer;

#[consumer("shop", topics = ["orders", "payments"])]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
