// at `on_event`: write `#[on_event("user.created")]`
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
