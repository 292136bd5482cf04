// at `topic`: put all of them into `topics`
use messaging::consumer;

struct Shop;

#[consumer("shop", topic = "a", topics = ["b"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
