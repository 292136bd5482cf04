// at `impl`: put it on each method that publishes
use messaging::producer;

struct Orders;

#[producer(topic = "orders.created")]
impl Orders {
    async fn create(&self) -> messaging::Result<String> {
        Ok(String::new())
    }
}

fn main() {}
