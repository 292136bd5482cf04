//! A started App: [`Running`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::shutdown;
use super::standing::Standing;
use super::topics::LateTopics;
use super::unlogged;
use super::watchdog::Watchdog;
use crate::error::{Error, Kind, Result};
use crate::lock::Lock;
use crate::outcome::describe;
use crate::producer::{Offer, Producer};
use crate::runtime::clock::{self, Instant};
use crate::runtime::driver::{End, Notice, Request, Tally};
use crate::runtime::health::{GroupHealth, Health};

/// How a shutdown divides its time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shutdown {
    /// The whole of it: `shutdown_timeout_ms`.
    pub(super) all: Duration,
    /// How long handlers may go on.
    pub(super) drain: Duration,
    /// How long a subscription may take at least to commit and to leave its group after that. It has what handlers
    /// left, too: a group that rebalances around a dead member answers no commit until the session of that one is over.
    pub(super) close: Duration,
}

impl Shutdown {
    /// Handlers get all but the last 3 s, or half of a shutdown that is shorter than 6 s.
    pub(super) fn within(all: Duration) -> Shutdown {
        let reserve = Duration::from_secs(3).min(all / 2);
        Shutdown {
            all,
            drain: all - reserve,
            close: reserve * 5 / 6,
        }
    }
}

/// How long the last messages get when the time is over.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// A started App. Dropping it stops the App without waiting, and logs how many messages are unsent.
/// [`publish`](crate::publish) outside of handlers goes through the App that runs for longest, until it is joined or
/// dropped; a consumer by hand is none.
#[derive(Debug)]
pub struct Running {
    handle: Arc<Handle>,
    drivers: Vec<oneshot::Receiver<End>>,
    failed: FirstError,
    ready: watch::Receiver<usize>,
    health: Vec<watch::Receiver<GroupHealth>>,
    producer: Producer,
    shutdown: Shutdown,
    /// Until the end of a started App, the process knows its producer.
    offer: Option<Offer>,
    /// Only for a process that is nothing but this App.
    watchdog: Option<Watchdog>,
}

/// What stopped an App, when it was not told to stop.
#[derive(Clone, Debug, Default)]
struct FirstError(Arc<Lock<Option<Error>>>);

impl FirstError {
    /// Keeps it if it is the first. That is told; those that follow are told at debug, for one stop is enough.
    fn keep(&self, error: Error) {
        let mut first = self.0.lock();
        if first.is_some() {
            return tracing::debug!(error = %describe(&error), "the program stops already");
        }
        let why = describe(&error);
        tracing::error!(error = %why, "the program stops");
        unlogged::tell_stop(&why);
        *first = Some(error);
    }

    fn take(&self) -> Option<Error> {
        self.0.lock().take()
    }
}

/// What stops an App.
#[derive(Debug)]
pub(super) struct Handle {
    requests: Vec<mpsc::UnboundedSender<Request>>,
    stopping: AtomicBool,
    /// Since when it stops.
    stopped: watch::Sender<Option<Instant>>,
    shutdown: Shutdown,
}

impl Handle {
    pub(super) fn stop(&self) {
        self.stop_within(self.shutdown.drain);
    }

    fn stop_within(&self, within: Duration) {
        if !self.stopping.swap(true, Ordering::SeqCst) {
            tracing::info!(?within, "stopping: what runs may finish");
            let drain = Request::Drain {
                within,
                close_by: clock::now() + self.shutdown.drain + self.shutdown.close,
            };
            for driver in &self.requests {
                // A driver that has ended needs no request.
                let _ = driver.send(drain);
            }
            self.stopped.send_replace(Some(clock::now()));
        }
    }

    /// Waits until all drivers have ended, at most for the whole of a shutdown.
    pub(super) async fn ended(&self) -> Result<()> {
        let ended = futures_util::future::join_all(self.requests.iter().map(mpsc::UnboundedSender::closed));
        let within = tokio::time::timeout(self.shutdown.all, ended).await;
        within
            .map(drop)
            .map_err(|_| Kind::Unfinished(self.shutdown.all).into())
    }

    /// Whether no driver has ended. One that goes with its runtime can tell nobody.
    fn drivers_live(&self) -> bool {
        !self.requests.iter().any(mpsc::UnboundedSender::is_closed)
    }
}

/// What `start` made for one subscription.
pub(super) struct Started {
    pub(super) requests: mpsc::UnboundedSender<Request>,
    pub(super) notices: mpsc::UnboundedReceiver<Notice>,
    pub(super) health: watch::Receiver<GroupHealth>,
    pub(super) end: oneshot::Receiver<End>,
}

impl Running {
    pub(super) fn new(
        drivers: Vec<Started>,
        producer: Producer,
        shutdown: Shutdown,
        late: Option<&LateTopics>,
    ) -> Running {
        let (stopped, _) = watch::channel(None);
        let failed = FirstError::default();
        let (counted, ready) = watch::channel(0);
        let requests = drivers.iter().map(|driver| driver.requests.clone()).collect();
        let handle = Arc::new(Handle {
            requests,
            stopping: AtomicBool::new(false),
            stopped,
            shutdown,
        });
        let (mut ends, mut health) = (Vec::new(), Vec::new());
        for driver in drivers {
            ends.push(driver.end);
            health.push(driver.health);
            tokio::spawn(supervise(
                driver.notices,
                handle.clone(),
                failed.clone(),
                counted.clone(),
                late.cloned(),
            ));
        }
        Running {
            handle,
            drivers: ends,
            failed,
            ready,
            health,
            producer,
            shutdown,
            offer: None,
            watchdog: None,
        }
    }

    /// Lets `shutdown` find it, and publishing its producer as far as that is the process's, until it has ended.
    pub(super) fn known_to_the_process(mut self, standing: Standing) -> Running {
        let offer = match standing {
            Standing::ByHand => Offer::by_hand,
            Standing::Program | Standing::Picked => Offer::as_default,
        };
        self.offer = Some(offer(self.producer.clone()));
        shutdown::note(&self.handle);
        self
    }

    /// Ends the process when the shutdown hangs.
    pub(super) fn watched(mut self) -> Running {
        self.watchdog = Watchdog::over(self.handle.stopped.subscribe(), self.shutdown.all);
        self
    }

    /// Waits until every group has its first partitions, or has ended.
    pub async fn ready(&mut self) {
        let all = self.drivers.len();
        let mut stopped = self.handle.stopped.subscribe();
        tokio::select! {
            biased;
            _ = self.ready.wait_for(|ready| *ready >= all) => {}
            _ = stopped.wait_for(Option::is_some) => {}
        }
    }

    /// Stops: nothing starts any more, what runs may finish within `shutdown_timeout_ms` less 3 s. Returns at once;
    /// [`Running::join`] waits.
    pub fn stop(&self) {
        self.handle.stop();
    }

    /// Stops, and cancels what runs: it is handled again by whoever reads next.
    pub(crate) fn stop_at_once(&self) {
        self.handle.stop_within(Duration::ZERO);
    }

    /// How long what runs may go on after a stop.
    pub(crate) fn patience(&self) -> Duration {
        self.shutdown.drain
    }

    /// How the App is: for readiness and liveness probes. Cheap; asks no broker.
    pub fn health(&self) -> Health {
        let groups: Vec<GroupHealth> = self.health.iter().map(|group| group.borrow().clone()).collect();
        let begun = *self.ready.borrow() >= groups.len();
        let ready = begun && self.handle.stopped.borrow().is_none() && self.handle.drivers_live();
        Health { ready, groups }
    }

    /// Sends messages through this App's broker.
    pub fn producer(&self) -> Producer {
        self.producer.clone()
    }

    /// Waits until the App has ended: after [`Running::stop`], or because a worker stopped it or a group failed.
    ///
    /// # Errors
    /// The record at which a worker with `on_exhausted = "stop"` stopped, what ended a group, or that work was still
    /// unfinished after `shutdown_timeout_ms`. Unfinished work is handled again at the next start.
    pub async fn join(mut self) -> Result<()> {
        let mut stopped = self.handle.stopped.subscribe();
        let ends = std::mem::take(&mut self.drivers);
        let limit = self.shutdown.all;
        let mut ended = Box::pin(join_all(ends, limit));
        let over_time = async {
            // Only an App that was told to stop has to be quick.
            if stopped.wait_for(Option::is_some).await.is_ok() {
                tokio::time::sleep(limit).await;
            }
        };
        let result = tokio::select! {
            biased;
            result = &mut ended => result,
            () = over_time => Err(Kind::Unfinished(limit).into()),
        };
        self.flush().await;
        let failed = self.failed.take();
        // A program may go on after a failure that left nothing behind, but not after it was told to end.
        if let Some(watchdog) = self.watchdog.take()
            && (failed.is_none() || result.is_err())
        {
            watchdog.stay();
        }
        // What stopped the App says more than how its close went.
        failed.map_or(result, Err)
    }

    /// Gives the last messages what is left of the time. How many are unsent then is for the drop to say.
    async fn flush(&self) {
        let since = self
            .handle
            .stopped
            .borrow()
            .map_or(Duration::ZERO, |stopped| clock::now() - stopped);
        let left = self.shutdown.all.saturating_sub(since);
        self.producer.flush(left.max(LAST_MOMENT)).await;
    }

    pub(super) fn handle(&self) -> Arc<Handle> {
        self.handle.clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.stop();
        self.producer.tell_unsent();
    }
}

async fn join_all(ends: Vec<oneshot::Receiver<End>>, limit: Duration) -> Result<()> {
    let mut result = Ok(());
    let (mut all, mut is_known) = (Tally::default(), true);
    for end in ends {
        let ended = match end.await {
            Ok(Ok(tally)) => {
                all.done += tally.done;
                all.left += tally.left;
                if tally.cut_off == 0 {
                    continue;
                }
                Kind::Unfinished(limit)
            }
            Ok(Err(source)) => Kind::Broker {
                what: "the subscription did not close cleanly".into(),
                source,
            },
            Err(_) => Kind::Usage(
                "a driver ended by a panic; this is a bug of `messaging`, please report it".into(),
            ),
        };
        // A driver that did not end well has counted nothing.
        is_known &= matches!(ended, Kind::Unfinished(_));
        result = result.and(Err(Error::new(ended)));
    }
    if is_known {
        tracing::info!("stopped: {} done, {} left for the next start", all.done, all.left);
    }
    result
}

/// Listens to one driver; what it cannot get over stops the App.
async fn supervise(
    mut notices: mpsc::UnboundedReceiver<Notice>,
    handle: Arc<Handle>,
    failed: FirstError,
    ready: watch::Sender<usize>,
    late: Option<LateTopics>,
) {
    let mut was_ready = false;
    while let Some(notice) = notices.recv().await {
        let error = match notice {
            Notice::Ready => {
                if !std::mem::replace(&mut was_ready, true) {
                    ready.send_modify(|count| *count += 1);
                }
                continue;
            }
            Notice::TakenUp(topic) => {
                late.iter().for_each(|late| late.taken_up(topic.clone()));
                continue;
            }
            Notice::Stopped(at) => Kind::Stopped {
                worker: at.worker,
                topic: at.partition.topic.to_string(),
                partition: at.partition.partition,
                offset: at.offset,
                reason: at.reason.as_str(),
                source: at.error.into(),
            },
            Notice::Failed(source) => Kind::Broker {
                what: "a group cannot go on".into(),
                source,
            },
        };
        failed.keep(Error::new(error));
        handle.stop();
    }
    if !handle.stopping.load(Ordering::SeqCst) {
        // Nobody asked it to end, so it panicked. Its topics would stand still while the others go on.
        let error = Error::new(Kind::Usage(
            "a driver ended by itself; see the panic above, and please report it".into(),
        ));
        failed.keep(error);
        handle.stop();
    }
    // A driver that ended without ever being ready must not keep others waiting.
    if !was_ready {
        ready.send_modify(|count| *count += 1);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

    use super::*;
    use crate::broker::BrokerError;

    const AN_HOUR: Duration = Duration::from_secs(3600);

    /// An App of one driver that has ended so, and what tells whether its watchdog bit.
    fn watched(end: End, limit: Duration) -> (Running, Receiver<()>) {
        let producer = Producer::new(None, crate::settings::Settings::default(), None);
        let mut running = Running::new(Vec::new(), producer, Shutdown::within(Duration::ZERO), None);
        let (ended, driver) = oneshot::channel();
        ended.send(end).unwrap();
        running.drivers.push(driver);
        let (bites, bitten) = channel();
        let bite = move || bites.send(()).unwrap();
        let stopped = running.handle.stopped.subscribe();
        running.watchdog = Some(Watchdog::start(stopped, limit, bite).unwrap());
        (running, bitten)
    }

    fn failed() -> Error {
        Kind::Usage("a worker stopped it".into()).into()
    }

    #[tokio::test]
    async fn a_program_that_was_told_to_end_ends_though_its_app_has_ended() {
        let (running, bitten) = watched(Ok(Tally::default()), Duration::ZERO);
        running.stop();
        running.join().await.unwrap();
        bitten.recv().unwrap();
    }

    #[tokio::test]
    async fn a_program_may_go_on_after_a_failure_that_left_nothing_behind() {
        let (running, bitten) = watched(Ok(Tally::default()), AN_HOUR);
        running.failed.keep(failed());
        running.join().await.unwrap_err();
        let stood_down = bitten.recv_timeout(Duration::from_secs(20));
        assert_eq!(stood_down, Err(RecvTimeoutError::Disconnected));
    }

    #[tokio::test]
    async fn what_a_failure_left_behind_does_not_keep_the_program() {
        let (running, bitten) = watched(Err(BrokerError::Closed), Duration::ZERO);
        running.failed.keep(failed());
        running.join().await.unwrap_err();
        bitten.recv().unwrap();
    }
}
