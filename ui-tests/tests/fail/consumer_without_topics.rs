// at `#[consumer("shop")]`: write `#[consumer("group", topics = ["orders", "payments"])]`
use messaging::consumer;

struct Shop;

#[consumer("shop")]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
