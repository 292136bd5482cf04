// at `"orders"`: write `topics = ["orders", "payments"]`
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = "orders")]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
