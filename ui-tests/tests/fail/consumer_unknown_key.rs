// at `retries`: (did you mean `max_retries`?)
use messaging::consumer;

struct Shop;

#[consumer("shop", topic = "a", retries = 5)]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
