//! SIGTERM and SIGINT: the first drains, the second ends at once.

use std::sync::Arc;
use std::time::Duration;

use super::running::Handle;

/// The exit code of a program that was interrupted twice, as shells have it for SIGINT.
const INTERRUPTED: i32 = 130;
/// The exit code of a program whose shutdown hung.
const HUNG: i32 = 1;

impl Signals {
    /// Stops the App at the first signal, and ends the process at the second.
    pub(super) async fn stop(mut self, handle: Arc<Handle>, shutdown_timeout: Duration) {
        self.next().await;
        handle.stop();
        watch_over(shutdown_timeout);
        self.next().await;
        tracing::error!(
            "interrupted again: ending at once; unfinished work is handled again at the next start"
        );
        std::process::exit(INTERRUPTED);
    }
}

/// Ends the process when it is still there a second after its time: a handler that blocks its thread, or a client
/// whose close hangs, must not keep it.
fn watch_over(shutdown_timeout: Duration) {
    let watch = move || {
        let (_keep, never) = std::sync::mpsc::channel::<()>();
        let _ = never.recv_timeout(shutdown_timeout + Duration::from_secs(1));
        eprintln!(
            "the shutdown took longer than shutdown_timeout_ms ({shutdown_timeout:?}); ending; unfinished work is handled again at the next start"
        );
        std::process::exit(HUNG);
    };
    let spawned = std::thread::Builder::new()
        .name("messaging-watchdog".into())
        .spawn(watch);
    if let Err(error) = spawned {
        tracing::warn!(%error, "no thread for the watchdog: a shutdown that hangs will not be ended");
    }
}

/// The signals that mean "end".
#[cfg(unix)]
pub(super) struct Signals(Option<(tokio::signal::unix::Signal, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Signals {
    pub(super) fn new() -> Signals {
        use tokio::signal::unix::{SignalKind, signal};
        let both = signal(SignalKind::terminate()).and_then(|t| Ok((t, signal(SignalKind::interrupt())?)));
        if let Err(error) = &both {
            tracing::warn!(%error, "signals cannot be listened to; the program can only be killed");
        }
        Signals(both.ok())
    }

    pub(super) async fn next(&mut self) {
        let Some((terminate, interrupt)) = &mut self.0 else {
            return std::future::pending().await;
        };
        tokio::select! {
            biased;
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn new() -> Signals {
        Signals
    }

    pub(super) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
