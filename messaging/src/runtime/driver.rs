//! The driver of one subscription: broker events in, starts and commands out. It owns the core; there is no lock and no
//! atomic per record.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::{BoxStream, FuturesUnordered, StreamExt};
use rustc_hash::FxBuildHasher;
use tokio::sync::{mpsc, watch};
use tokio::task::coop::unconstrained;

use super::clock;
use super::dead_letter::dead_letter;
use super::health::{GroupHealth, Held, Pulse};
use super::inbox::Inbox;
use super::observer::{Observation, Observer};
use super::outbox::{Answer, Outbox, Purpose};
use super::parked::{Ended, Parked};
use super::rng::Rng;
use super::timers::Timers;
use super::unit::{Cargo, Staged, Unit};
use super::weight::Weight;
use crate::broker::{BrokerError, Event, Subscription, TopicPartition};
use crate::delivery::policy::Order;
use crate::delivery::{Command, Core, Epoch, Finish, GivenUp, Pick, Slot, Start, Ticket, Watermark};
use crate::message::Delivery;
use crate::name::check_topic;
use crate::outcome::{Failure, Outcome, Reason, Verdict, describe};
use crate::producer::{CURRENT, Producer};
use crate::record::Record;

/// How many runs are started before the broker is heard again.
const STARTS_A_TURN: usize = 64;
/// How many broker events are taken before runs are started again.
const EVENTS_A_TURN: usize = 2048;

/// What an App asks of a driver.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Request {
    /// Finish what runs, at most for so long, then leave.
    Drain(Duration),
}

/// What a driver tells its App.
#[derive(Debug)]
pub(crate) enum Notice {
    /// The first partitions are here, or there is none for this member.
    Ready,
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
    pub(crate) producer: Producer,
    pub(crate) seed: u64,
    /// How long running handlers get when a partition is revoked.
    pub(crate) revoke_deadline: Duration,
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
    outbox: Outbox,
    parked: FuturesUnordered<Parked>,
    timers: Timers,
    requests: mpsc::UnboundedReceiver<Request>,
    notices: mpsc::UnboundedSender<Notice>,
    health: watch::Sender<GroupHealth>,
    pulse: Pulse,
    finished: u64,
    observer: Option<Arc<dyn Observer>>,
    producer: Producer,
    random: Rng,
    revoke_deadline: Duration,
    spawn: bool,
    picks: Vec<Pick<Record>>,
    drained: Option<Vec<Watermark>>,
}

/// What woke the driver.
enum Wake {
    Request(Option<Request>),
    Event(Event),
    Ended(Ended),
    Timer,
    /// There is more to start; nothing was waited for.
    Work,
}

/// Runs until drained or failed. `Err` is what the close of the subscription said.
pub(crate) async fn drive(setup: Setup) -> Result<(), BrokerError> {
    let producer = setup.producer.clone();
    CURRENT.scope(producer, Driver::new(setup).run()).await
}

impl Driver {
    fn new(setup: Setup) -> Driver {
        Driver {
            group: setup.group,
            subscription: setup.subscription,
            core: setup.core,
            weights: setup.units.iter().map(|_| Weight::default()).collect(),
            units: setup.units,
            routes: setup.routes,
            inboxes: Vec::new(),
            outbox: Outbox::default(),
            parked: FuturesUnordered::new(),
            timers: Timers::default(),
            requests: setup.requests,
            notices: setup.notices,
            health: setup.health,
            pulse: Pulse::new(),
            finished: 0,
            observer: setup.observer,
            producer: setup.producer,
            random: Rng::new(setup.seed),
            revoke_deadline: setup.revoke_deadline,
            spawn: setup.spawn,
            picks: Vec::new(),
            drained: None,
        }
    }

    async fn run(mut self) -> Result<(), BrokerError> {
        loop {
            let more = self.turn();
            if let Some(marks) = self.drained.take() {
                return self.subscription.close(marks).await;
            }
            let wake = self.wait(more).await;
            self.pulse.change();
            match wake {
                Wake::Event(event) => self.take_events(event),
                Wake::Ended(ended) => self.take_all_ended(ended),
                Wake::Request(Some(Request::Drain(deadline))) => self.core.drain_requested(deadline),
                // The App is gone: nobody will ask for anything again, so finish without a deadline of its own.
                Wake::Request(None) => self.core.drain_requested(Duration::ZERO),
                Wake::Timer => self.fire_timers(),
                Wake::Work => tokio::task::yield_now().await,
            }
        }
    }

    /// Waits for something to do; `more` says that there is already.
    async fn wait(&mut self, more: bool) -> Wake {
        let due = [self.timers.next(), self.pulse.next()]
            .into_iter()
            .flatten()
            .min();
        let Driver {
            requests,
            subscription,
            parked,
            ..
        } = self;
        tokio::select! {
            biased;
            request = requests.recv(), if !requests.is_closed() || !requests.is_empty() => Wake::Request(request),
            event = poll_fn(|context| subscription.poll_event(context)) => Wake::Event(event),
            Some(ended) = parked.next(), if !parked.is_empty() => Wake::Ended(ended),
            () = sleep_until(due), if due.is_some() => Wake::Timer,
            () = std::future::ready(()), if more => Wake::Work,
        }
    }

    /// Does what can be done without waiting. Says whether there is more.
    fn turn(&mut self) -> bool {
        self.fire_timers();
        let mut starts = 0;
        loop {
            let answers = self.outbox.retry(&mut *self.subscription);
            answers.into_iter().for_each(|answer| self.answered(answer));
            let admitted = self.admit();
            let mut started = false;
            while !self.outbox.is_backed_up() && starts < STARTS_A_TURN && self.start() {
                started = true;
                starts += 1;
            }
            self.obey();
            if starts >= STARTS_A_TURN || !(admitted || started) {
                break;
            }
        }
        self.subscription.note_watermarks(&self.core.watermarks());
        if self.pulse.beats() {
            self.tell_health();
        }
        starts >= STARTS_A_TURN
    }

    fn tell_health(&self) {
        let (mut held, mut partitions) = (Vec::new(), Vec::new());
        for (slot, inbox) in self.inboxes.iter().enumerate() {
            let Some(inbox) = inbox.as_ref().filter(|inbox| inbox.ours) else {
                continue;
            };
            partitions.push(inbox.partition.clone());
            if let Some((offset, attempts)) = self.core.held_by(slot as Slot) {
                let worker = self.units[self.worker_of(slot as Slot)].name.clone();
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
            health.update(self.finished, self.core.in_flight(), held);
        });
    }

    /// Offers waiting records to the core and tells the broker which partitions to hold.
    fn admit(&mut self) -> bool {
        let mut any = false;
        for (slot, inbox) in self.inboxes.iter_mut().enumerate() {
            let Some(inbox) = inbox else { continue };
            let slot = slot as Slot;
            let worker = self
                .routes
                .get(&*inbox.partition.topic)
                .map_or(0, |&worker| worker);
            let by_key = self.units[worker].rules.order == Order::Key;
            any |= inbox.admit(slot, &mut self.core, by_key);
            if let Some(held) = inbox.change_of_hold() {
                self.subscription.hold(slot, held);
            }
        }
        any
    }

    /// Starts the next run, if any may start.
    fn start(&mut self) -> bool {
        let mut picks = std::mem::take(&mut self.picks);
        picks.clear();
        let Some(start) = self.core.next(&mut picks) else {
            self.picks = picks;
            return false;
        };
        let unit = self.units[start.worker].clone();
        let deliveries = picks
            .iter()
            .map(|pick| Delivery::new(pick.record.clone(), pick.attempt))
            .collect();
        let stream = unit.handler.run(deliveries);
        if self.spawn && self.weights[start.worker].is_heavy() {
            self.spawn_run(start, picks, stream);
        } else {
            self.poll_run(start, picks, stream, &unit);
        }
        self.obey();
        true
    }

    /// Polls a run in place for the first time.
    fn poll_run(
        &mut self,
        start: Start,
        mut picks: Vec<Pick<Record>>,
        mut stream: BoxStream<'static, Outcome>,
        unit: &Unit,
    ) {
        let began = clock::now();
        let mut done = 0;
        let mut pending = false;
        while done < picks.len() {
            match poll_once(&mut stream) {
                Poll::Pending => {
                    pending = true;
                    break;
                }
                Poll::Ready(outcome) => {
                    let goes_on = self.finish(&picks[done], outcome, unit);
                    done += 1;
                    // A batch was handled as a whole.
                    if !goes_on && unit.rules.batch.is_none() {
                        break;
                    }
                }
            }
        }
        let took = began.elapsed();
        self.weights[start.worker].measured(done.max(1), took);
        let records = picks.len();
        self.observe(&Observation::Started {
            worker: &unit.name,
            records,
            finished: done,
            took,
        });
        if !pending {
            self.core.closed(start, false, &picks[done..]);
            self.picks = picks;
            return;
        }
        let together = if unit.rules.batch.is_some() {
            records
        } else {
            done + 1
        };
        let rest = picks.split_off(together);
        let waiting = picks.split_off(done);
        waiting.iter().for_each(|pick| self.core.parked(pick.ticket));
        self.core.closed(start, true, &rest);
        self.parked.push(Parked::here(start, waiting, stream));
        self.picks = picks;
    }

    /// Lets the runtime poll a run; the driver stays free. Only its first record, unless it is a batch.
    fn spawn_run(&mut self, start: Start, mut picks: Vec<Pick<Record>>, stream: BoxStream<'static, Outcome>) {
        let together = if self.units[start.worker].rules.batch.is_some() {
            picks.len()
        } else {
            1
        };
        let rest = picks.split_off(together);
        picks.iter().for_each(|pick| self.core.parked(pick.ticket));
        self.core.closed(start, true, &rest);
        let work = stream.take(together).collect::<Vec<Outcome>>();
        let task = tokio::spawn(CURRENT.scope(self.producer.clone(), work));
        self.parked.push(Parked::spawned(start, picks, task));
    }

    /// Tells the core what became of a record. Says whether the rest of its run may go on: after a failure that is
    /// tried again it may not, for later records of the same lane must not overtake.
    fn finish(&mut self, pick: &Pick<Record>, outcome: Option<Outcome>, unit: &Unit) -> bool {
        let outcome = outcome.unwrap_or_else(|| Outcome::Failed(no_answer()));
        let finish = match outcome {
            Outcome::Done(mut outputs) => {
                outputs
                    .iter_mut()
                    .for_each(|output| inherit(output, &pick.record));
                match outputs.iter().find_map(|output| refusal(output, unit)) {
                    None => Finish::Done(Staged(outputs)),
                    Some(failure) => self.finish_of(pick, failure, unit),
                }
            }
            Outcome::Failed(failure) => self.finish_of(pick, failure, unit),
        };
        let goes_on = !matches!(finish, Finish::Retry(..));
        self.finished += 1;
        let random = self.random.next();
        self.core.finished(pick.ticket, finish, random);
        goes_on
    }

    fn finish_of(&self, pick: &Pick<Record>, failure: Failure, unit: &Unit) -> Finish<Cargo> {
        let Failure {
            verdict,
            reason,
            error,
        } = failure;
        let record = &pick.record;
        let (worker, topic, partition, offset) = (
            &*unit.name,
            &**record.topic(),
            record.partition(),
            record.offset(),
        );
        let error: Arc<dyn std::error::Error + Send + Sync> = Arc::from(error);
        if verdict == Verdict::Skip {
            tracing::info!(worker, topic, partition, offset, why = %error, "a record was skipped");
            return Finish::Skip;
        }
        let attempt = pick.attempt;
        self.observe(&Observation::Failed {
            worker,
            reason,
            attempt,
        });
        let text = describe(error.as_ref());
        tracing::warn!(worker, topic, partition, offset, attempt, reason = reason.as_str(), error = %text, "a record failed");
        match verdict {
            Verdict::RetryAfter(delay) => Finish::Retry(Some(delay), reason, error),
            Verdict::Reject => Finish::GiveUp(reason, error),
            Verdict::Retry | Verdict::Skip => Finish::Retry(None, reason, error),
        }
    }

    /// Takes a run that ended and all others that have.
    fn take_all_ended(&mut self, first: Ended) {
        self.take_ended(first);
        while let Some(Some(ended)) = self.parked.next().now_or_never() {
            self.take_ended(ended);
        }
    }

    fn take_ended(&mut self, ended: Ended) {
        let unit = self.units[ended.start.worker].clone();
        let mut outcomes = ended.outcomes.into_iter();
        for pick in &ended.picks {
            self.finish(pick, outcomes.next(), &unit);
        }
        self.core.ended(ended.start);
    }

    /// Takes an event and all that follow without waiting.
    fn take_events(&mut self, first: Event) {
        self.take_event(first);
        let mut context = Context::from_waker(std::task::Waker::noop());
        for _ in 0..EVENTS_A_TURN {
            let Poll::Ready(event) = self.subscription.poll_event(&mut context) else {
                return;
            };
            self.take_event(event);
        }
    }

    fn take_event(&mut self, event: Event) {
        match event {
            Event::Polled(slot, epoch, batch) => {
                let inbox = self.inboxes.get_mut(slot as usize).and_then(Option::as_mut);
                if let Some(inbox) = inbox.filter(|inbox| inbox.epoch == epoch) {
                    inbox.push(batch);
                }
            }
            Event::Published(token, result) => {
                if let Some(purpose) = self.outbox.answered(token) {
                    self.answered((purpose, result));
                }
            }
            Event::Committed(result) => self.committed(result),
            Event::Assigned(partitions) => self.assigned(partitions),
            Event::Revoked(slots) => self.revoked(&slots),
            Event::Lost(slots) => self.lost(&slots),
            Event::Trouble(error) => {
                tracing::warn!(group = %self.group, error = %describe(&error), "the subscription has trouble; it goes on by itself");
            }
            Event::Failed(error) => self.notify(Notice::Failed(error)),
        }
    }

    fn assigned(&mut self, partitions: Vec<(Slot, Epoch, TopicPartition)>) {
        for (slot, epoch, partition) in partitions {
            let Some(&worker) = self.routes.get(&*partition.topic) else {
                continue;
            };
            tracing::info!(group = %self.group, topic = %partition.topic, partition = partition.partition, "partition assigned");
            self.observe(&Observation::Assigned {
                group: &self.group,
                partition: &partition,
            });
            if self.inboxes.len() <= slot as usize {
                self.inboxes.resize_with(slot as usize + 1, || None);
            }
            self.core.assigned(slot, worker, epoch);
            self.inboxes[slot as usize] = Some(Inbox::new(partition, epoch));
        }
        self.notify(Notice::Ready);
    }

    fn revoked(&mut self, slots: &[Slot]) {
        self.empty_inboxes(slots, false);
        self.core.revoked(slots, self.revoke_deadline);
    }

    fn lost(&mut self, slots: &[Slot]) {
        self.empty_inboxes(slots, true);
        self.core.lost(slots);
    }

    /// Drops what waits. The inbox itself stays: what still runs has outputs, and they want to know their worker.
    fn empty_inboxes(&mut self, slots: &[Slot], lost: bool) {
        for &slot in slots {
            let Some(inbox) = self.inboxes.get_mut(slot as usize).and_then(Option::as_mut) else {
                continue;
            };
            inbox.clear();
            inbox.ours = false;
            let partition = inbox.partition.clone();
            tracing::info!(group = %self.group, topic = %partition.topic, partition = partition.partition, lost, "partition revoked");
            self.observe(&Observation::Revoked {
                group: &self.group,
                partition: &partition,
                lost,
            });
        }
    }

    fn answered(&mut self, (purpose, result): Answer) {
        match purpose {
            Purpose::Output(ticket) => {
                let result = result.map_err(|error| error as Arc<dyn std::error::Error + Send + Sync>);
                self.core.published(ticket, result);
            }
            Purpose::DeadLetter(ticket) => {
                if let Err(error) = &result {
                    tracing::error!(group = %self.group, error = %describe(error.as_ref()), "a dead letter was refused; its record stays unfinished, and it is written again in a second");
                }
                self.core.dead_lettered(ticket, result.is_ok());
            }
        }
    }

    fn committed(&mut self, result: Result<(), Arc<BrokerError>>) {
        match result {
            Ok(()) => self.core.commit_done(),
            Err(error) => {
                tracing::warn!(group = %self.group, error = %describe(error.as_ref()), "a commit was refused; it is tried again");
                self.core.commit_failed();
            }
        }
    }

    /// Carries the core's commands out.
    fn obey(&mut self) {
        while let Some(command) = self.core.command() {
            match command {
                Command::Publish(ticket, outputs) => self.publish(ticket, outputs),
                Command::DeadLetter(ticket, given_up) => self.write_dead_letter(ticket, &given_up),
                Command::Skipped(_, given_up) => self.skipped(&given_up),
                Command::Fail(_, given_up) => self.stopped(&given_up),
                Command::SetTimer(id, delay) => self.timers.set(id, delay),
                Command::Commit(marks) => {
                    self.observe(&Observation::Committed {
                        group: &self.group,
                        partitions: marks.len(),
                    });
                    self.subscription.commit(&marks);
                }
                Command::Pause(slot) => self.pause(slot, true),
                Command::Resume(slot) => self.pause(slot, false),
                Command::Cancel(slot, epoch) => self.cancel(slot, epoch),
                Command::ReleasePartition(mark) => self.subscription.release(mark),
                Command::Drained(marks) => self.drained = Some(marks),
                Command::Ack(_) | Command::BeginTxn(_) | Command::EndTxn(..) | Command::AbortTxn(_) => {
                    unreachable!("the core was made for watermarks")
                }
            }
        }
    }

    fn publish(&mut self, ticket: Ticket, outputs: Staged) {
        let worker = self.worker_of(ticket.slot);
        for mut output in outputs.0 {
            let unit = &self.units[worker];
            let topic = match output.topic.take() {
                Some(topic) => Some(Arc::from(format!("{}{topic}", unit.topic_prefix))),
                None => unit.output_topic.clone(),
            };
            // `finish` let only outputs with a topic pass.
            let Some(topic) = topic else { continue };
            let answer = self
                .outbox
                .send(&mut *self.subscription, Purpose::Output(ticket), topic, output);
            if let Some(answer) = answer {
                self.answered(answer);
            }
        }
    }

    fn write_dead_letter(&mut self, ticket: Ticket, given_up: &GivenUp<Cargo>) {
        let unit = &self.units[given_up.worker];
        self.observe(&Observation::GivenUp {
            worker: &unit.name,
            dead_letter: true,
        });
        let (topic, message) = (unit.dlq_topic.clone(), dead_letter(unit, given_up));
        let answer = self.outbox.send(
            &mut *self.subscription,
            Purpose::DeadLetter(ticket),
            topic,
            message,
        );
        if let Some(answer) = answer {
            self.answered(answer);
        }
    }

    fn skipped(&mut self, given_up: &GivenUp<Cargo>) {
        let (worker, record) = (&*self.units[given_up.worker].name, &given_up.record);
        let error = describe(given_up.cause.as_ref());
        tracing::error!(worker, topic = %record.topic(), partition = record.partition(), offset = record.offset(),
            reason = given_up.reason.as_str(), attempts = given_up.attempts, error = %error,
            "a record was given up and skipped (on_exhausted = \"skip\")");
        self.observe(&Observation::GivenUp {
            worker,
            dead_letter: false,
        });
    }

    fn stopped(&mut self, given_up: &GivenUp<Cargo>) {
        let record = &given_up.record;
        self.notify(Notice::Stopped(Stopped {
            worker: self.units[given_up.worker].name.clone(),
            partition: TopicPartition {
                topic: record.topic().clone(),
                partition: record.partition(),
            },
            offset: record.offset(),
            reason: given_up.reason,
            error: describe(given_up.cause.as_ref()),
        }));
    }

    fn pause(&mut self, slot: Slot, paused: bool) {
        if let Some(inbox) = self.inboxes.get_mut(slot as usize).and_then(Option::as_mut) {
            inbox.paused = paused;
        }
    }

    /// Drops what runs for a partition. That is rare, so the others are moved.
    fn cancel(&mut self, slot: Slot, epoch: Epoch) {
        for parked in std::mem::take(&mut self.parked) {
            if (parked.start.slot, parked.start.epoch) != (slot, epoch) {
                self.parked.push(parked);
            }
        }
    }

    fn fire_timers(&mut self) {
        while let Some(id) = self.timers.take_due() {
            self.core.timer_fired(id);
        }
    }

    fn worker_of(&self, slot: Slot) -> usize {
        let inbox = self.inboxes.get(slot as usize).and_then(Option::as_ref);
        inbox
            .and_then(|inbox| self.routes.get(&*inbox.partition.topic))
            .copied()
            .unwrap_or(0)
    }

    fn observe(&self, what: &Observation<'_>) {
        if let Some(observer) = &self.observer {
            observer.observe(what);
        }
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

/// Polls a run's next outcome. Whatever it waits for will wake it once it is parked; it is not charged for the tokio
/// budget of the driver's task, or every 128th ready channel would look as if it were not.
fn poll_once(stream: &mut BoxStream<'static, Outcome>) -> Poll<Option<Outcome>> {
    let mut context = Context::from_waker(std::task::Waker::noop());
    let mut next = unconstrained(stream.next());
    Pin::new(&mut next).poll(&mut context)
}

/// An output has its input's key and trace, unless it brings its own.
fn inherit(output: &mut crate::outcome::Outgoing, record: &Record) {
    if !output.keyed {
        output.key = record.key().map(bytes::Bytes::copy_from_slice);
    }
    let trace = || {
        record
            .headers()
            .find(|(name, _)| *name == crate::headers::TRACEPARENT)
            .and_then(|(_, value)| value)
    };
    if let Some(trace) = trace().filter(|_| output.headers.get(crate::headers::TRACEPARENT).is_none()) {
        output
            .headers
            .push(crate::headers::TRACEPARENT, bytes::Bytes::copy_from_slice(trace));
    }
}

fn no_answer() -> Failure {
    Failure::returned(
        Verdict::Retry,
        "the handler gave no answer for the record; a layer dropped it".into(),
    )
}

/// Why an output cannot be published at all.
fn refusal(output: &crate::outcome::Outgoing, unit: &Unit) -> Option<Failure> {
    match &output.topic {
        Some(topic) => check_topic(topic).err().map(Failure::output),
        None => unit.output_topic.is_none().then(no_output_topic),
    }
}

fn no_output_topic() -> Failure {
    Failure::output(
        "the handler returned something to publish, and the worker has no `output_topic`; name one, or return `()`",
    )
}
