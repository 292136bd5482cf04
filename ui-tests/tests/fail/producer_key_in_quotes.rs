// at `"id"`: write `key = order_id`, without quotes
use messaging::producer;

#[producer(topic = "orders.created", key = "id")]
async fn create(order: String) -> messaging::Result<String> {
    Ok(order)
}

fn main() {}
