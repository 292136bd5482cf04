// at `"paid"`: has a handler already: keep one of them
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }

    #[on_event("paid")]
    async fn paid_too(&self, order: String) {
        drop(order);
    }
}

fn main() {}
