// at `PATIENCE`: expected `RetryPolicy`, found `Duration`
use std::time::Duration;

use messaging::worker;

const PATIENCE: Duration = Duration::from_secs(5);

#[worker(topic = "orders", retry_policy = PATIENCE)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
