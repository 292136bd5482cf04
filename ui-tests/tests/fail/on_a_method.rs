// at `&self`: make it a free async function that takes what it needs as `State<_>`
use messaging::worker;

struct Shop;

impl Shop {
    #[worker(topic = "orders")]
    async fn charge(&self, order: String) {
        drop(order);
    }
}

fn main() {}
