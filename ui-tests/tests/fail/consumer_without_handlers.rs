// at `Shop`: write `#[on_event("user.created")]` on those that do
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
