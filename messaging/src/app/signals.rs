//! SIGTERM and SIGINT: the first drains, the second ends at once.

use std::sync::Arc;

use super::running::Handle;

/// The exit code of a program that was interrupted twice, as shells have it for SIGINT.
const INTERRUPTED: i32 = 130;

impl Signals {
    /// Stops the App at the first signal, and ends the process at the second.
    pub(super) async fn stop(mut self, handle: Arc<Handle>) {
        self.next().await;
        handle.stop();
        self.next().await;
        tracing::error!(
            "interrupted again: ending at once; unfinished work is handled again at the next start"
        );
        std::process::exit(INTERRUPTED);
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
