// at `[]`: name at least one topic
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = [])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
