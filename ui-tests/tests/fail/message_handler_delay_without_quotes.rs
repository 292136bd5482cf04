// at `5s`: the unit `s` needs quotes
use messaging::message_handler;

#[message_handler(topic = "orders", retry_delay = 5s)]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
