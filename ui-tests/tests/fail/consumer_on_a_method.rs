// at `&self`: put it on the `impl`, and `#[on_event("…")]` on the method
use messaging::consumer;

struct Shop;

impl Shop {
    #[consumer(topic = "orders", group_id = "shop")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
