// at `Shops`: `#[consumer]` stands on `impl Till`
use messaging::consumer;

struct Till;

trait Shops {
    async fn paid(&self, order: String);
}

#[consumer("shop", topics = ["orders"])]
impl Shops for Till {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
