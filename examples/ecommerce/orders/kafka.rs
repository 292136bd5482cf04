//! The way to Kafka, which may be found later than the first request comes.

use std::time::Duration;

use axum::http::StatusCode;
use messaging::Producer;
use tokio::sync::watch;
use tokio::time::timeout;

use super::error::Problem;

/// How long a request that publishes waits for Kafka to be found.
const REQUEST: Duration = Duration::from_secs(15);

/// How long a probe waits for that.
const PROBE: Duration = Duration::from_secs(5);

/// Clients and orders can be read without Kafka, so the service does not wait for it with its first answer.
#[derive(Clone, Debug)]
pub(crate) struct Kafka(watch::Receiver<Option<Producer>>);

impl Kafka {
    /// That is there.
    pub(crate) fn found(producer: Producer) -> Kafka {
        let (_, producer) = watch::channel(Some(producer));
        Kafka(producer)
    }

    /// That is there once the sender tells.
    pub(super) fn sought() -> (watch::Sender<Option<Producer>>, Kafka) {
        let (tell, producer) = watch::channel(None);
        (tell, Kafka(producer))
    }

    /// What sends. Asked for before anything is kept: 503 then means that nothing has changed.
    pub(super) async fn producer(&self) -> Result<Producer, Problem> {
        let sought = timeout(REQUEST, self.first()).await;
        sought.ok().flatten().ok_or_else(|| {
            let error = "Kafka was not reached yet, and nothing was kept; try again later";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, error)
        })
    }

    /// Asks Kafka, each time.
    pub(super) async fn is_connected(&self) -> bool {
        match timeout(PROBE, self.first()).await {
            Ok(Some(producer)) => producer.is_connected().await,
            _ => false,
        }
    }

    async fn first(&self) -> Option<Producer> {
        let mut producer = self.0.clone();
        let found = producer.wait_for(Option::is_some).await;
        found.ok().and_then(|found| found.clone())
    }
}
