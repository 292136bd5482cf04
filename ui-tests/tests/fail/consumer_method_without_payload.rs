// at `paid`: such as `event: Event<UserCreated>`
use messaging::consumer;

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid")]
    async fn paid(&self) {
        
    }
}

fn main() {}
