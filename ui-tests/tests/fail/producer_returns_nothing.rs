// at `create`: add `-> Result<Order, Error>`
use messaging::producer;

#[producer(topic = "orders.created")]
async fn create(order: String) {
    drop(order);
}

fn main() {}
