//! Every value may be a const expression, with a literal in its place anywhere else.

use std::time::Duration;

use messaging::delivery::policy::{Backoff, OnExhausted, Order};
use messaging::settings::OffsetReset;
use messaging::{Batch, HandlerError, Verdict, worker};

mod settings {
    pub const TOPIC: &str = "orders";
    pub const CORES: usize = 4;
}
const PATIENCE: Duration = Duration::from_secs(30);
const NAME: &str = concat!("charge", "-", "orders");

struct Rules;
impl Rules {
    const ORDER: Order = Order::None;
    const JITTER: f64 = 0.5;

    fn verdict(_: &HandlerError) -> Verdict {
        Verdict::Retry
    }
}

#[worker(
    topic = settings::TOPIC,
    output_topic = concat!("invoices", ".paid"),
    name = NAME,
    group_id = if cfg!(debug_assertions) { "debug" } else { "release" },
    concurrency = settings::CORES * 2,
    order = Rules::ORDER,
    max_retries = 1 + 2,
    retry_backoff = Backoff::Fixed,
    retry_delay = PATIENCE,
    retry_max_delay = Duration::from_secs(60),
    retry_jitter = Rules::JITTER,
    timeout = PATIENCE,
    dlq_topic = settings::TOPIC,
    on_exhausted = OnExhausted::Skip,
    batch_size = settings::CORES,
    batch_timeout = PATIENCE,
    max_in_flight = 10 * settings::CORES,
    max_bytes = 1 << 20,
    max_ahead = usize::MAX,
    auto_offset_reset = OffsetReset::Latest,
    classify = Rules::verdict,
)]
async fn charge(orders: Batch<String>) -> Vec<Result<String, HandlerError>> {
    orders.into_iter().map(Ok).collect()
}

fn main() {
    let workers = messaging::get_all_workers();
    let [charge] = &workers[..] else { panic!("{workers:?}") };
    assert_eq!((charge.name(), charge.topic()), ("charge-orders", "orders"));
}
