// at `String`: `Message<_>` that names its topic
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) -> String {
        order
    }
}

fn main() {}
