//! The end of the service, which SIGTERM and SIGINT begin.

use std::io;
use std::time::Duration;

use anyhow::bail;

/// How long requests that have begun may take then: longer than a publish may.
const LIMIT: Duration = Duration::from_secs(20);

/// Lets `serving` go on until it ends by itself, or `LIMIT` after the signal.
pub(super) async fn limit(serving: impl Future<Output = io::Result<()>>) -> anyhow::Result<()> {
    let over_time = async {
        messaging::shutdown_requested().await;
        tokio::time::sleep(LIMIT).await;
    };
    tokio::select! {
        biased;
        served = serving => Ok(served?),
        () = over_time => bail!("requests were still unanswered {LIMIT:?} after the signal to end"),
    }
}
