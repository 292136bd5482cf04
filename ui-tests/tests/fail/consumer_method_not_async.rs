// at `fn`: write `async fn`
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
