// at `Shop`: cannot be shared between threads safely
use messaging::consumer;

struct Shop(std::cell::Cell<u8>);

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
