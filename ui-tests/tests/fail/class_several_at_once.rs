// at `retries`: (did you mean `max_retries`?)
use messaging::worker;

struct Shop;

#[worker(retries = 3, order = "sorted", max_retries = 1, retry_policy = NEVER)]
impl Shop {
    async fn charge(&self, order: String) {
        drop(order);
    }
}

fn main() {}
