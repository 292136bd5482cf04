// at `max_retries`: remove it and change the policy, or remove `retry_policy`
use messaging::{RetryPolicy, worker};

const PAYMENTS: RetryPolicy = RetryPolicy::exponential();

#[worker(topic = "orders", max_retries = 3, retry_policy = PAYMENTS, timeout = "5s")]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
