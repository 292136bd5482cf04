// at `create`: put the attribute on the method in the `impl`
use messaging::producer;

trait Orders {
    #[producer(topic = "orders.created")]
    async fn create(&self) -> messaging::Result<String>;
}

fn main() {}
