// at `&mut self`: a handler of events takes `&self`
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&mut self, order: String) {
        drop(order);
    }
}

fn main() {}
