// at `#[message_handler(group_id = "shop")]`: write `#[message_handler(topic = "orders.created")]`
use messaging::message_handler;

#[message_handler(group_id = "shop")]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
