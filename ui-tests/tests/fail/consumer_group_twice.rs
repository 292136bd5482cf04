// at `group_id`: is given twice: remove one
use messaging::consumer;

struct Shop;

#[consumer("shop", topic = "a", group_id = "till")]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
