// at `&self`: on the `impl` around it
use messaging::on_event;

struct Shop;

impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
