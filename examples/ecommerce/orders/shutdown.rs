//! The end of the service: SIGTERM and SIGINT.

use std::io;
use std::time::Duration;

use anyhow::bail;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long requests that have begun may take then: longer than a publish may.
const LIMIT: Duration = Duration::from_secs(20);

/// The exit code of a program that was interrupted twice, as shells have it for SIGINT.
const INTERRUPTED: i32 = 130;

/// Whether the service was told to end.
#[derive(Clone, Debug)]
pub(super) struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Takes the signals over: from here on they no longer kill the process. A second one does.
    pub(super) fn listen() -> io::Result<Shutdown> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (tell, told) = watch::channel(false);
        tokio::spawn(async move {
            for again in [false, true] {
                tokio::select! {
                    biased;
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if again {
                    std::process::exit(INTERRUPTED);
                }
                tell.send_replace(true);
            }
        });
        Ok(Shutdown(told))
    }

    /// Waits for the first signal.
    pub(super) async fn begins(mut self) {
        // The task above never ends before the process does.
        let _ = self.0.wait_for(|told| *told).await;
    }

    /// Lets `serving` go on until it ends by itself, or `LIMIT` after the signal.
    pub(super) async fn limit(self, serving: impl Future<Output = io::Result<()>>) -> anyhow::Result<()> {
        let over_time = async {
            self.begins().await;
            tokio::time::sleep(LIMIT).await;
        };
        tokio::select! {
            biased;
            served = serving => Ok(served?),
            () = over_time => bail!("requests were still unanswered {LIMIT:?} after the signal to end"),
        }
    }
}
