// at `7`: write a text such as "billing"
use messaging::consumer;

struct Shop;

#[consumer(7, topic = "a")]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
