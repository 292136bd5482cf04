// at `retries`: (did you mean `max_retries`?)
use messaging::worker;

#[worker(topic = "orders", retries = 3)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
