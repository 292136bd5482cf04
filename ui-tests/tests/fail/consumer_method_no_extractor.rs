// at `u8`: `u8` is no extractor
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String, count: u8) {
        let _ = (order, count);
    }
}

fn main() {}
