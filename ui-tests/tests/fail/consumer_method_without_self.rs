// at `paid`: a handler of events takes `&self`
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(order: String) {
        drop(order);
    }
}

fn main() {}
