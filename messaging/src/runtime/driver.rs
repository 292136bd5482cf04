//! The driver of one subscription: broker events in, starts and commands out. It owns the core; there is no lock
//! for a record.

use std::collections::{BTreeSet, HashMap};
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use rustc_hash::FxBuildHasher;
use tokio::sync::{mpsc, watch};

use super::health::{GroupHealth, Held, Pulse};
use super::hooks::{After, Calls};
use super::inbox::Inbox;
use super::observer::{Observation, Observer, Watched};
use super::outbox::Outbox;
use super::pace::{Names, Pace};
use super::parked::{Ended, Parked};
use super::rng::Rng;
use super::timers::Timers;
use super::turns::{Turn, Turns};
use super::unit::{Cargo, Unit};
use super::unknown::UnknownEvents;
use super::weight::Weight;
use super::{blocked, clock};
use crate::broker::{BrokerError, Event, Subscription, TopicPartition};
use crate::delivery::policy::Order;
use crate::delivery::{Core, Pick, Slot, Watermark};
use crate::outcome::Reason;
use crate::producer::{CURRENT, Producer};
use crate::record::Record;

mod commands;
mod events;
mod failed;
mod hooked;
mod runs;

/// How many runs are started before the broker is heard again.
const STARTS_A_TURN: usize = 64;

/// How long their handlers are polled in place before the broker, and a stop, are heard again.
const LONGEST_TURN: Duration = Duration::from_millis(10);

/// What an App asks of a driver.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Request {
    /// Finish what runs, then leave.
    Drain {
        /// How long what runs may go on.
        within: Duration,
        /// When the subscription must have closed.
        close_by: clock::Instant,
    },
}

/// What a driver tells its App.
#[derive(Debug)]
pub(crate) enum Notice {
    /// The first partitions are here, or there is none for this member.
    Ready,
    /// A topic that was absent at the start has come, and its first partition is here.
    TakenUp(String),
    /// A record was given up by a worker with `on_exhausted = "stop"`.
    Stopped(Stopped),
    /// The subscription cannot go on.
    Failed(BrokerError),
}

/// The record at which a worker stopped.
#[derive(Debug)]
pub(crate) struct Stopped {
    pub(crate) worker: String,
    pub(crate) partition: TopicPartition,
    pub(crate) offset: i64,
    pub(crate) reason: Reason,
    pub(crate) error: String,
}

/// What a driver is made of.
pub(crate) struct Setup {
    pub(crate) group: String,
    pub(crate) subscription: Box<dyn Subscription>,
    pub(crate) core: Core<Cargo>,
    pub(crate) units: Vec<Arc<Unit>>,
    /// Which worker handles a topic, by its name at the broker.
    pub(crate) routes: HashMap<String, usize, FxBuildHasher>,
    pub(crate) requests: mpsc::UnboundedReceiver<Request>,
    pub(crate) notices: mpsc::UnboundedSender<Notice>,
    pub(crate) health: watch::Sender<GroupHealth>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    /// Topics to read of which the start has said that they are not there.
    pub(crate) absent: BTreeSet<String>,
    pub(crate) producer: Producer,
    pub(crate) seed: u64,
    /// How long running handlers get when a partition is revoked.
    pub(crate) revoke_deadline: Duration,
    /// How long the close of the subscription gets at least.
    pub(crate) close_deadline: Duration,
    /// Whether heavy handlers may be spawned.
    pub(crate) spawn: bool,
}

pub(crate) struct Driver {
    group: String,
    subscription: Box<dyn Subscription>,
    core: Core<Cargo>,
    units: Vec<Arc<Unit>>,
    weights: Vec<Weight>,
    routes: HashMap<String, usize, FxBuildHasher>,
    inboxes: Vec<Option<Inbox>>,
    /// Of each worker.
    turns: Vec<Turns>,
    outbox: Outbox,
    parked: FuturesUnordered<Parked>,
    names: Arc<Names>,
    /// Of what is polled here.
    pace: Arc<Pace>,
    /// Of runs that were spawned and have ended.
    free_paces: Vec<Arc<Pace>>,
    hooks: Calls,
    timers: Timers,
    requests: mpsc::UnboundedReceiver<Request>,
    /// Whether the App is gone, so that no request can come any more.
    orphaned: bool,
    notices: mpsc::UnboundedSender<Notice>,
    health: watch::Sender<GroupHealth>,
    pulse: Pulse,
    finished: u64,
    unknown: UnknownEvents,
    watched: Watched,
    absent: BTreeSet<String>,
    /// Those of them that are read and had no partition yet.
    awaited: BTreeSet<String>,
    producer: Producer,
    random: Rng,
    revoke_deadline: Duration,
    close_deadline: Duration,
    /// Known once it was told to drain: until when what runs may go on.
    drain_by: Option<clock::Instant>,
    /// And when all must have ended.
    close_by: Option<clock::Instant>,
    spawn: bool,
    picks: Vec<Pick<Record>>,
    /// How long handlers were polled in place in this turn.
    polled_for: Duration,
    drained: Option<Vec<Watermark>>,
    /// The workers of which it was said that a record without a key holds its partition.
    told_of_holding: BTreeSet<usize>,
    /// How many records were cut off while the program ended.
    unfinished: usize,
}

/// What woke the driver.
enum Wake {
    Request(Option<Request>),
    Event(Event),
    Ended(Ended),
    /// A hook of this worker.
    Hook(usize, After),
    Timer,
    /// There is more to start; nothing was waited for.
    Work,
}

/// What became of the records of a driver that has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Those that are done, since the start.
    pub(crate) done: u64,
    /// Those that a handler had and that are not done.
    pub(crate) left: usize,
    /// Those of them that were cut off, because their time was over.
    pub(crate) cut_off: usize,
}

/// How a driver ended, or what the close of its subscription said.
pub(crate) type End = Result<Tally, BrokerError>;

/// Runs until drained or failed.
pub(crate) async fn drive(setup: Setup) -> End {
    let producer = setup.producer.clone();
    CURRENT.scope(producer, Driver::new(setup).run()).await
}

impl Driver {
    fn new(setup: Setup) -> Driver {
        let names = Names::new(&setup.group, &setup.units);
        let pace = Pace::new(names.clone());
        blocked::look_at(&pace);
        Driver {
            group: setup.group,
            subscription: setup.subscription,
            core: setup.core,
            weights: setup.units.iter().map(|_| Weight::default()).collect(),
            turns: setup.units.iter().map(|_| Turns::default()).collect(),
            units: setup.units,
            routes: setup.routes,
            inboxes: Vec::new(),
            outbox: Outbox::default(),
            parked: FuturesUnordered::new(),
            names,
            pace,
            free_paces: Vec::new(),
            hooks: Calls::default(),
            timers: Timers::default(),
            requests: setup.requests,
            orphaned: false,
            notices: setup.notices,
            health: setup.health,
            pulse: Pulse::new(),
            finished: 0,
            unknown: UnknownEvents::default(),
            watched: Watched::by(setup.observer),
            awaited: setup.absent.clone(),
            absent: setup.absent,
            producer: setup.producer,
            random: Rng::new(setup.seed),
            revoke_deadline: setup.revoke_deadline,
            close_deadline: setup.close_deadline,
            drain_by: None,
            close_by: None,
            spawn: setup.spawn,
            picks: Vec::new(),
            polled_for: Duration::ZERO,
            drained: None,
            told_of_holding: BTreeSet::new(),
            unfinished: 0,
        }
    }

    async fn run(mut self) -> End {
        loop {
            let more = self.turn();
            if self.drained.is_some()
                && !self.end_waits_for_hooks()
                && let Some(marks) = self.drained.take()
            {
                let (deadline, tally) = (self.time_to_close(), self.tally());
                let closed = self.subscription.close(marks, deadline).await;
                return closed.map(|()| tally);
            }
            let wake = self.wait(more).await;
            self.pulse.change();
            match wake {
                Wake::Event(event) => {
                    self.take_events(event);
                    // Events may keep coming for long; what waits must not wait for their end.
                    self.take_ready_ended();
                    self.take_ended_hooks();
                    tokio::task::yield_now().await;
                }
                Wake::Ended(ended) => self.take_all_ended(ended),
                Wake::Hook(worker, after) => self.hook_ended(worker, after),
                Wake::Request(Some(Request::Drain { within, close_by })) => {
                    self.drain_by = Some(clock::now() + within);
                    self.close_by = Some(close_by);
                    self.core.drain_requested(within);
                }
                // The App went without saying how long a drain may take, and nobody waits for one: what runs is cut
                // off, and handled again by whoever has the partition next.
                Wake::Request(None) => {
                    self.orphaned = true;
                    self.core.drain_requested(Duration::ZERO);
                }
                Wake::Timer => self.fire_timers(),
                Wake::Work => tokio::task::yield_now().await,
            }
        }
    }

    fn tally(&self) -> Tally {
        Tally {
            done: self.core.settled(),
            left: self.core.begun(),
            cut_off: self.unfinished,
        }
    }

    /// What is left of the shutdown, and a last moment when nothing is.
    fn time_to_close(&self) -> Duration {
        let left = self
            .close_by
            .map_or(Duration::ZERO, |end| end.duration_since(clock::now()));
        left.max(self.close_deadline)
    }

    /// Waits for something to do; `more` says that there is already.
    async fn wait(&mut self, more: bool) -> Wake {
        let due = [self.timers.next(), self.pulse.next()]
            .into_iter()
            .flatten()
            .min();
        let Driver {
            requests,
            orphaned,
            subscription,
            parked,
            hooks,
            ..
        } = self;
        tokio::select! {
            biased;
            request = requests.recv(), if !*orphaned => Wake::Request(request),
            event = poll_fn(|context| subscription.poll_event(context)) => Wake::Event(event),
            Some(ended) = parked.next(), if !parked.is_empty() => Wake::Ended(ended),
            (worker, after) = poll_fn(|context| hooks.poll_ended(context)), if hooks.are_called() => Wake::Hook(worker, after),
            () = sleep_until(due), if due.is_some() => Wake::Timer,
            () = std::future::ready(()), if more => Wake::Work,
        }
    }

    /// Does what can be done without waiting. Says whether there is more.
    fn turn(&mut self) -> bool {
        self.fire_timers();
        // What events and timers brought comes first: a partition that is gone must not publish what waits.
        self.obey();
        let mut starts = 0;
        self.polled_for = Duration::ZERO;
        loop {
            let answers = self.outbox.retry(&mut *self.subscription);
            answers.into_iter().for_each(|answer| self.answered(answer));
            let admitted = self.admit();
            let mut started = false;
            while !self.outbox.is_backed_up() && !self.is_over(starts) && self.start() {
                started = true;
                starts += 1;
            }
            self.obey();
            if self.is_over(starts) || !(admitted || started) {
                break;
            }
        }
        self.subscription.note_watermarks(&self.core.watermarks());
        if self.pulse.beats() {
            self.tell_health();
        }
        self.is_over(starts)
    }

    /// Whether a turn with so many starts has lasted long enough.
    fn is_over(&self, starts: usize) -> bool {
        starts >= STARTS_A_TURN || self.polled_for >= LONGEST_TURN
    }

    fn tell_health(&self) {
        let (mut held, mut partitions) = (Vec::new(), Vec::new());
        for (slot, inbox) in self.inboxes.iter().enumerate() {
            let Some(inbox) = inbox.as_ref().filter(|inbox| inbox.is_ours()) else {
                continue;
            };
            partitions.push(inbox.partition.clone());
            if let Some((offset, attempts)) = self.core.held_by(slot as Slot) {
                let worker = self.units[inbox.worker].name.clone();
                held.push(Held {
                    worker,
                    partition: inbox.partition.clone(),
                    offset,
                    attempts,
                });
            }
        }
        self.health.send_modify(|health| {
            health.partitions = partitions;
            health.unknown_events = self.unknown.count();
            health.update(self.finished, self.core.in_flight(), self.core.is_at_work(), held);
        });
    }

    /// Offers waiting records to the core, worker by worker. Says whether it took any.
    fn admit(&mut self) -> bool {
        let Driver {
            units,
            turns,
            inboxes,
            core,
            subscription,
            ..
        } = self;
        let mut any = false;
        for (unit, turns) in units.iter().zip(turns) {
            let by_key = unit.rules.order == Order::Key;
            any |= turns.pass(|slot| {
                let Some(inbox) = &mut inboxes[slot as usize] else {
                    return Turn::Idle;
                };
                let turn = inbox.admit(slot, core, by_key);
                if turn.took() {
                    inbox.hold_or_go_on(slot, &mut **subscription);
                }
                turn
            });
        }
        any
    }

    fn fire_timers(&mut self) {
        while let Some(id) = self.timers.take_due() {
            self.core.timer_fired(id);
        }
    }

    fn worker_of(&self, slot: Slot) -> usize {
        let inbox = self.inboxes.get(slot as usize).and_then(Option::as_ref);
        inbox.map_or(0, |inbox| inbox.worker)
    }

    fn observe(&self, what: &Observation<'_>) {
        self.watched.tell(what);
    }

    fn notify(&self, notice: Notice) {
        // An App that is gone wants to hear nothing.
        let _ = self.notices.send(notice);
    }
}

async fn sleep_until(due: Option<clock::Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
