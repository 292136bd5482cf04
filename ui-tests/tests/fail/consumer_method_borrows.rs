// at `&str`: take `str` by value
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: &str) {
        let _ = order;
    }
}

fn main() {}
