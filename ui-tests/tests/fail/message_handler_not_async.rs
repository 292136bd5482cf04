// at `fn`: a message handler is asynchronous: write `async fn`
use messaging::message_handler;

#[message_handler(topic = "orders")]
fn paid(order: String) {
    drop(order);
}

fn main() {}
