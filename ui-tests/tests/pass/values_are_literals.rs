//! Every key with a literal.

use messaging::{Batch, worker};

#[worker(
    topic = "orders",
    output_topic = "invoices",
    name = "charge-orders",
    group_id = "billing",
    concurrency = 8,
    order = "partition",
    max_retries = 0,
    retry_backoff = "linear",
    retry_delay = "1m30s",
    retry_max_delay = 3600,
    retry_jitter = 1,
    timeout = "500ms",
    dlq_topic = "orders.dead",
    on_exhausted = "stop",
    batch_size = 50,
    batch_timeout = 0,
    max_in_flight = 1_000,
    max_bytes = 0x10_0000,
    max_ahead = 1,
    auto_offset_reset = "none",
)]
async fn charge(orders: Batch<String>) -> Vec<Result<String, std::io::Error>> {
    orders.into_iter().map(Ok).collect()
}

fn main() {
    assert_eq!(messaging::get_all_workers()[0].name(), "charge-orders");
}
