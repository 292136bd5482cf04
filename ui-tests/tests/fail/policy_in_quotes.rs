// at `"payments"`: write `retry_policy = PAYMENTS`, a const `RetryPolicy`
use messaging::worker;

#[worker(topic = "orders", retry_policy = "payments")]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
