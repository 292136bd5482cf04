// at `attempts`: 4 attempts are `max_retries = 3`
use messaging::{message_handler, worker};

#[worker(topic = "orders", attempts = 4, batch = true)]
async fn charge(order: String) {
    drop(order);
}

#[message_handler(topic = "orders", queue = "fast", autoretry_for = TimeoutError)]
async fn post(order: String) {
    drop(order);
}

fn main() {}
