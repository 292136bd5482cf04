// at `output_topic`: return a `Message<_>` that names its topic
use messaging::consumer;

struct Shop;

#[consumer("shop", topic = "a", output_topic = "b")]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
