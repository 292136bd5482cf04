// at `"orders"`: is in `topics` twice: remove one
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders", "payments", "orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
