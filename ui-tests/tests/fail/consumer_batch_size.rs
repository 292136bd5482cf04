// at `batch_size`: write a `#[worker]` that takes `Batch<_>`
use messaging::consumer;

struct Shop;

#[consumer("shop", topic = "a", batch_size = 10)]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
