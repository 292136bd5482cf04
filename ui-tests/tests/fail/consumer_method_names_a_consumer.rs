// at `consumer`: a method belongs to the consumer of its `impl`
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid", consumer = Shop)]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
