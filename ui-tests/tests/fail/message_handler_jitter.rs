// at `retry_jitter`: or write `#[worker]`
use messaging::message_handler;

#[message_handler(topic = "orders", retry_jitter = 0.5, max_retries = 3)]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
