//! Every producer of the process.

use futures_util::future::join_all;

use super::{Inner, Producer, default};
use crate::error::Result;
use crate::living::Living;

/// Those that were connected by hand and still live.
static CONNECTED: Living<Inner> = Living::new();

/// Connects the process's default producer, so that a broker that is not there is told now and not to the first
/// request; and opens again what [`stop_all_producers`] has closed. For a program without an App, such as a web server
/// that only publishes: call it at its start, and [`stop_all_producers`] at its end. While an App runs, its producer is
/// the default and is connected.
///
/// ```no_run
/// # async fn serve() {}
/// #[tokio::main]
/// async fn main() -> messaging::Result<()> {
///     messaging::start_all_producers().await?;
///     serve().await;
///     messaging::stop_all_producers().await
/// }
/// ```
///
/// With `kafka_enabled = false` nothing connects, and this succeeds. On memory, the default producer writes to the
/// broker that all shares which is connected by hand in this process.
///
/// # Errors
/// Problems of the settings, and a broker that cannot be reached within `kafka_connect_retries`.
pub async fn start_all_producers() -> Result<()> {
    let mut producers = connected();
    if let Some(own) = default::own_or_made()? {
        producers.push(own);
    }
    join_all(producers.iter().map(Producer::open))
        .await
        .into_iter()
        .collect()
}

/// Closes the process's default producer and all that [`Producer::connect`] made, and waits until what they were given
/// was acknowledged or has failed, for the `shutdown_timeout_ms` of each at most. What is published with them
/// afterwards is an error, until [`start_all_producers`]. The producer of an App that runs only sends what it has: the
/// App closes it.
///
/// # Errors
/// When messages are left, or some failed with nobody waiting and without a callback, such as [`Producer::on_failure`]:
/// [`Error::is_unsent`](crate::Error::is_unsent). All producers were waited for then as well.
pub async fn stop_all_producers() -> Result<()> {
    let (closed, drained) = tokio::join!(close(of_nobody()), drain(default::of_apps()));
    closed.and(drained)
}

/// The same, and closes those of Apps as well.
///
/// # Errors
/// As [`stop_all_producers`].
pub(crate) async fn close_all_producers() -> Result<()> {
    close(of_nobody().chain(default::of_apps())).await
}

/// Those that no App closes.
fn of_nobody() -> impl Iterator<Item = Producer> {
    connected().into_iter().chain(default::own())
}

async fn close(producers: impl IntoIterator<Item = Producer>) -> Result<()> {
    let closing = producers.into_iter().map(async |producer| producer.close().await);
    join_all(closing).await.into_iter().collect()
}

async fn drain(producers: Vec<Producer>) -> Result<()> {
    join_all(producers.iter().map(Producer::drain))
        .await
        .into_iter()
        .collect()
}

/// Lets [`stop_all_producers`] find it, as long as it lives.
pub(super) fn note(producer: &Producer) {
    CONNECTED.note(&producer.0);
}

fn connected() -> Vec<Producer> {
    CONNECTED.all().into_iter().map(Producer).collect()
}
