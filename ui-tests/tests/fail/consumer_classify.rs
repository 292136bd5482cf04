// at `classify`: write `#[on_event("…", classify = path)]`
use messaging::consumer;

struct Shop;

#[consumer("shop", topic = "a", classify = verdict)]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
