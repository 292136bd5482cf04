//! SIGTERM and SIGINT: the first drains, the second ends at once.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use tokio::sync::watch;

use super::running::Handle;
use super::watchdog;
use crate::caught::caught;
use crate::runtime::clock;

/// The exit code of a program that was interrupted twice, as shells have it for SIGINT.
const INTERRUPTED: i32 = 130;

/// Signals within so long of the first are one: `timeout`, and some that supervise, signal a process and its group, and
/// Ctrl-C reaches both a program and whoever passes it on.
const TOGETHER: Duration = Duration::from_millis(500);

/// What the process has to end from the first signal on: the longest time that an App of it asked for; 0 when none did.
static SHUTDOWN_TIMEOUT_MS: AtomicU64 = AtomicU64::new(0);

/// Waits until the process is told to end, by SIGTERM or SIGINT (Ctrl-C): for a program with an end of its own, such as
/// a web server beside an App. A signal that has come already counts, and every call gets the same one.
///
/// ```no_run
/// # async fn serve(_: &str, until: impl Future<Output = ()>) { until.await }
/// # async fn example() -> messaging::Result<()> {
/// let told_to_end = messaging::shutdown_requested();
/// let _running = messaging::App::new().start().await?;
/// serve("0.0.0.0:3000", told_to_end).await; // axum: `.with_graceful_shutdown(told_to_end)`
/// messaging::shutdown().await
/// # }
/// ```
///
/// The signals are taken over when this is called, not when it is first awaited, and until the process ends: the first
/// one does nothing but this, a second one, half a second later or more, ends the process at once. Unless
/// [`App::run`](crate::App::run) or [`App::cli`](crate::App::cli) runs as well, nothing else limits the time from the
/// first signal to the end.
pub fn shutdown_requested() -> impl Future<Output = ()> + Send + 'static {
    let mut signals = Signals::listening();
    async move { signals.first().await }
}

/// Whether the process was told to end.
#[derive(Clone, Debug)]
pub(crate) struct Signals(watch::Receiver<bool>);

impl Signals {
    /// Takes the signals over, until the process ends: without a listener they would do nothing any more.
    pub(crate) fn taken_over(shutdown_timeout: Duration) -> Signals {
        let timeout = u64::try_from(shutdown_timeout.as_millis()).unwrap_or(u64::MAX);
        SHUTDOWN_TIMEOUT_MS.fetch_max(timeout, Ordering::SeqCst);
        Signals::listening()
    }

    /// The same, without a limit to the time after the first signal.
    fn listening() -> Signals {
        static ONCE: OnceLock<Signals> = OnceLock::new();
        ONCE.get_or_init(Signals::new).clone()
    }

    fn new() -> Signals {
        let (tell, told) = watch::channel(false);
        if let Err(error) = start(tell) {
            tracing::warn!(%error, "signals cannot be listened to; the program can only be killed");
        }
        Signals(told)
    }

    /// Waits for the first signal; one that has come counts.
    pub(crate) async fn first(&mut self) {
        if self.0.wait_for(|told| *told).await.is_err() {
            // Nobody listens.
            std::future::pending().await
        }
    }

    /// Stops the App at the first signal.
    pub(super) async fn stop(mut self, handle: Arc<Handle>) {
        self.first().await;
        handle.stop();
    }
}

/// Starts to listen; when this returns, the signals are taken over. It has a thread and a runtime of its own, because
/// the threads of the program's runtime may all be blocked.
fn start(tell: watch::Sender<bool>) -> io::Result<()> {
    let (answer, answered) = mpsc::channel();
    let thread = std::thread::Builder::new().name("messaging-signals".into());
    thread.spawn(move || {
        let Err(error) = listen(&tell, &answer);
        // Nobody is there to be told when it had started before.
        let _ = answer.send(Err(error));
    })?;
    answered.recv().map_err(io::Error::other)?
}

fn listen(tell: &watch::Sender<bool>, answer: &mpsc::Sender<io::Result<()>>) -> io::Result<Infallible> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut signals = Endings::new()?;
        let _ = answer.send(Ok(()));
        signals.next().await;
        let first = clock::now();
        tell.send_replace(true);
        let timeout = Duration::from_millis(SHUTDOWN_TIMEOUT_MS.load(Ordering::SeqCst));
        tokio::select! {
            biased;
            () = signals.next_after(first) => interrupted(),
            () = tokio::time::sleep(timeout + watchdog::GRACE), if !timeout.is_zero() => watchdog::end(timeout),
        }
    })
}

fn interrupted() -> ! {
    // Some logs panic when nobody reads them any more, and the process would go on.
    let _ = caught(|| {
        tracing::error!(
            "interrupted again: ending at once; unfinished work is handled again at the next start"
        );
    });
    std::process::exit(INTERRUPTED);
}

/// The signals that mean "end".
#[cfg(unix)]
struct Endings {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Endings {
    fn new() -> io::Result<Endings> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Endings {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

impl Endings {
    /// Waits for one that does not belong to the first.
    async fn next_after(&mut self, first: clock::Instant) {
        loop {
            self.next().await;
            if first.elapsed() >= TOGETHER {
                return;
            }
        }
    }
}

#[cfg(not(unix))]
struct Endings;

#[cfg(not(unix))]
impl Endings {
    fn new() -> io::Result<Endings> {
        Ok(Endings)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
