//! Ends a process whose shutdown hangs: a handler that blocks its thread, or a client whose close does not come back.

use std::io::Write;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use tokio::runtime::Handle as Runtime;
use tokio::sync::watch;

use crate::runtime::clock::Instant;

/// The exit code of a program whose shutdown hung.
const HUNG: i32 = 1;
/// How much longer than its time a shutdown may take.
pub(super) const GRACE: Duration = Duration::from_secs(1);

/// Ends a process that is still there when the time of its shutdown is over.
pub(super) fn end(shutdown_timeout: Duration) -> ! {
    // `eprintln` would panic when nobody reads it any more, and the process would go on.
    let _ = writeln!(
        std::io::stderr(),
        "the shutdown took longer than shutdown_timeout_ms ({shutdown_timeout:?}); ending; unfinished work is handled again at the next start"
    );
    std::process::exit(HUNG);
}

/// Watches over the shutdown of an App, whatever begins it. Dropped, it stands down.
#[derive(Debug)]
pub(super) struct Watchdog {
    /// Its drop tells the thread to stand down.
    keep: mpsc::Sender<()>,
}

impl Watchdog {
    /// Ends the process when it is still there a second after the time that a stopping App has.
    pub(super) fn over(
        stopped: watch::Receiver<Option<Instant>>,
        shutdown_timeout: Duration,
    ) -> Option<Watchdog> {
        let end = move || end(shutdown_timeout);
        Watchdog::start(stopped, shutdown_timeout + GRACE, end)
            .inspect_err(|error| {
                tracing::warn!(%error, "no thread for the watchdog: a shutdown that hangs will not be ended");
            })
            .ok()
    }

    /// It has a thread of its own, because those of the runtime may all be blocked.
    pub(super) fn start(
        mut stopped: watch::Receiver<Option<Instant>>,
        limit: Duration,
        end: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Watchdog> {
        let (keep, kept) = mpsc::channel();
        let runtime = Runtime::current();
        let watch = move || {
            // The App may also go without ever being stopped.
            let stops = runtime.block_on(stopped.wait_for(Option::is_some)).is_ok();
            if stops && kept.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                end();
            }
        };
        std::thread::Builder::new()
            .name("messaging-watchdog".into())
            .spawn(watch)?;
        Ok(Watchdog { keep })
    }

    /// Goes on watching until the process has ended.
    pub(super) fn stay(self) {
        std::mem::forget(self.keep);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::runtime::clock;

    const HOUR: Duration = Duration::from_secs(3600);
    const SOON: Duration = Duration::from_secs(20);

    fn stood_down(bitten: &mpsc::Receiver<()>) {
        assert_eq!(bitten.recv_timeout(SOON), Err(RecvTimeoutError::Disconnected));
    }

    /// A watchdog, what stops the App, and what tells whether it bit.
    fn watchdog(limit: Duration) -> (Watchdog, watch::Sender<Option<Instant>>, mpsc::Receiver<()>) {
        let (stopped, watched) = watch::channel(None);
        let (bites, bitten) = mpsc::channel();
        let watchdog = Watchdog::start(watched, limit, move || bites.send(()).unwrap()).unwrap();
        (watchdog, stopped, bitten)
    }

    #[tokio::test]
    async fn a_shutdown_that_outlasts_its_time_is_ended_even_if_nobody_waits_for_it() {
        let (watchdog, stopped, bitten) = watchdog(Duration::ZERO);
        watchdog.stay();
        assert!(bitten.try_recv().is_err(), "it does not stop yet");
        stopped.send_replace(Some(clock::now()));
        bitten.recv().unwrap();
    }

    #[tokio::test]
    async fn a_watchdog_that_is_dropped_stands_down() {
        let (watchdog, stopped, bitten) = watchdog(HOUR);
        stopped.send_replace(Some(clock::now()));
        drop(watchdog);
        stood_down(&bitten);
    }

    #[tokio::test]
    async fn an_app_that_goes_without_a_stop_takes_its_watchdog_along() {
        let (_watchdog, stopped, bitten) = watchdog(Duration::ZERO);
        drop(stopped);
        stood_down(&bitten);
    }
}
