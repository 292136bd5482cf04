// at `Shop`: conflicting implementations of trait `EventConsumer` for type `Shop`
use messaging::consumer;

#[consumer("shop", topics = ["orders"])]
struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
