// at `""`: `group_id` is empty
use messaging::consumer;

struct Shop;

#[consumer("", topic = "a")]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
