// at `retry_backoff`: waits `retry_delay` before every retry
use messaging::message_handler;

#[message_handler(topic = "orders", retry_backoff = "linear")]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
