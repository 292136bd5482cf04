// at `"pay ments"`: use 1 to 249 letters
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders", "pay ments"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
