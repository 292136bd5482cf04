// at `T: Send`: register each with `EventHandlerSpec::of`
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid<T: Send>(&self, order: T) {
        drop(order);
    }
}

fn main() {}
