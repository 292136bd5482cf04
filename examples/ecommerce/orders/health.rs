//! Whether Kafka can be reached.

use std::time::Duration;

use messaging::App;

/// How long whoever asks waits for the answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Reaches the broker anew, by an App that has nothing to run: what a producer has seen may be old.
pub(super) async fn is_connected(app: App) -> bool {
    let started = app.configure([("kafka_connect_retries", "0")]).start();
    matches!(tokio::time::timeout(LIMIT, started).await, Ok(Ok(_)))
}
