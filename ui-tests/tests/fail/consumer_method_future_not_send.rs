// at `paid`: await occurs here
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        let shared = std::rc::Rc::new(order);
        std::future::ready(()).await;
        drop(shared);
    }
}

fn main() {}
