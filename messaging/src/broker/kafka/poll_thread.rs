//! The thread that owns a subscription's client: librdkafka's calls may block, so nothing else waits for it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::commits::Committer;
use super::config::StatisticsHook;
use super::error::not_made;
use super::fill::fill;
use super::joining::Joining;
use super::member::{Close, Command, Shared, lock};
use super::now;
use super::rebalance::Member;
use super::tokens::Tokens;
use crate::broker::{BrokerError, Event};
use crate::delivery::{Epoch, Slot, Watermark};
use crate::record::RecordBatch;

/// How long the thread sleeps when nothing wakes it.
const IDLE: Duration = Duration::from_millis(20);

/// The most events served in a row.
const EVENTS: usize = 16;

/// How long after a client the next one is made at the earliest: what ended one may end the next.
const RENEW: Duration = Duration::from_secs(1);

/// What a close keeps of its time to leave the group: librdkafka waits for 5 s for the answer.
const LEAVE: Duration = Duration::from_secs(6);

/// Records on their way to the driver.
pub(super) type Polled = (Slot, Epoch, Arc<RecordBatch>);

/// How to make a client for a member, the first time and after a fatal error.
pub(super) struct Maker {
    pub(super) config: ClientConfig,
    pub(super) statistics: Option<StatisticsHook>,
    pub(super) shared: Arc<Shared>,
    pub(super) committer: Committer,
    pub(super) max_poll_interval: Duration,
}

impl Maker {
    pub(super) fn make(&self) -> Result<Arc<BaseConsumer<Member>>, BrokerError> {
        let member = Member {
            shared: self.shared.clone(),
            committer: self.committer.clone(),
            statistics: self.statistics.clone(),
            generation: self.shared.generation(),
            max_poll_interval: self.max_poll_interval,
        };
        let mut consumer: BaseConsumer<Member> = self
            .config
            .create_with_context(member)
            .map_err(|e| not_made(&e))?;
        let shared = self.shared.clone();
        consumer.set_nonempty_callback(move || shared.wake());
        let consumer = Arc::new(consumer);
        Tokens::keep(self.shared.tokens.as_ref(), &consumer)?;
        lock(&self.shared.partitions).belong_to(&consumer);
        let topics: Vec<&str> = self.shared.request.topics.iter().map(String::as_str).collect();
        consumer.subscribe(&topics).map_err(|e| not_made(&e))?;
        Ok(consumer)
    }
}

/// Starts the thread.
pub(super) fn start(
    maker: Maker,
    consumer: Arc<BaseConsumer<Member>>,
    data: mpsc::Sender<Polled>,
) -> Result<(), BrokerError> {
    let shared = maker.shared.clone();
    let thread = PollThread {
        joining: Joining::with(&maker.config),
        maker,
        shared,
        consumer: Some(consumer),
        next_client: Some(now() + RENEW),
        data,
        turn: 0,
    };
    let name = format!("kafka-poll-{}", thread.shared.request.group);
    super::spawn(&name, move || thread.run())
}

struct PollThread {
    maker: Maker,
    shared: Arc<Shared>,
    joining: Joining,
    /// `None` from a fatal error until the next client is made.
    consumer: Option<Arc<BaseConsumer<Member>>>,
    /// When the next client may be made; `None`: never.
    next_client: Option<Instant>,
    data: mpsc::Sender<Polled>,
    /// The partition that is served first, so that none waits for the others for ever.
    turn: usize,
}

impl PollThread {
    fn run(mut self) {
        self.shared.wakes_this_thread();
        let _told = TellPanic(self.shared.clone());
        loop {
            match self.serve_commands() {
                Next::GoOn => {}
                Next::Close(close) => return self.close(close),
                Next::Drop => return self.leave(),
            }
            let fatal = lock(&self.shared.fatal).take();
            if let Some(error) = fatal {
                self.give_up(error);
            }
            if self.consumer.is_none() && self.next_client.is_some_and(|at| now() >= at) {
                self.renew();
            }
            let moved = self.serve_partitions();
            self.serve_events(if moved { 1 } else { EVENTS });
            if let Some(consumer) = &self.consumer {
                self.joining.look(consumer, &self.shared);
            }
            if !moved {
                thread::park_timeout(IDLE);
            }
        }
    }

    fn serve_commands(&mut self) -> Next {
        loop {
            match self.shared.command() {
                Ok(Some(Command::Hold(slot, epoch, held))) => {
                    lock(&self.shared.partitions).hold(slot, epoch, held);
                }
                // The revoke it answers is over.
                Ok(Some(Command::Release(_))) => {}
                Ok(Some(Command::Close(close))) => return Next::Close(close),
                Ok(None) => return Next::GoOn,
                Err(()) => return Next::Drop,
            }
        }
    }

    /// Rebalances and errors. Every partition has a queue of its own before it is assigned, so that no record
    /// ever comes here.
    fn serve_events(&self, most: usize) {
        let Some(consumer) = &self.consumer else { return };
        for _ in 0..most {
            match consumer.poll(Duration::ZERO) {
                // The context was told it with its reason.
                Some(Err(_)) => {}
                Some(Ok(_)) => self.stray(),
                None => {}
            }
        }
    }

    /// Cannot be, see [`Self::serve_events`]; were it, a record would be out of its order.
    fn stray(&self) {
        let what = format!("reading as group \"{}\"", self.shared.request.group);
        let why = "a record came outside of its partition's queue; please report it".to_owned();
        self.shared.tell(Event::Failed(BrokerError::Failed { what, why }));
    }

    /// Gives every partition a turn; says whether records may be waiting still.
    fn serve_partitions(&mut self) -> bool {
        let Some(consumer) = &self.consumer else {
            return false;
        };
        let shared = self.shared.clone();
        let mut partitions = lock(&shared.partitions);
        let count = partitions.live().len();
        let mut moved = false;
        for step in 0..count {
            let index = (self.turn + step) % count;
            let Some((partition, numbers)) = partitions.at(index) else {
                break;
            };
            if partition.pending.is_none() && !partition.held {
                moved |= fill(partition, numbers, consumer, &shared);
            }
            let Some(batch) = partition.pending.take() else {
                continue;
            };
            match self.data.try_send((partition.slot, partition.epoch, batch)) {
                Ok(()) => moved = true,
                Err(TrySendError::Full((_, _, batch))) => {
                    partition.pending = Some(batch);
                    self.turn = index;
                    // The driver wakes us when it takes one.
                    return false;
                }
                // The driver is gone; its commands will say so.
                Err(TrySendError::Closed(_)) => return false,
            }
        }
        moved
    }

    /// After a fatal error the partitions are gone with the client. Another client follows, but not when another
    /// process took the member's name: the two would fence each other for ever.
    fn give_up(&mut self, error: BrokerError) {
        self.shared.generation.fetch_add(1, Ordering::AcqRel);
        let gone = lock(&self.shared.partitions).give_up();
        if !gone.is_empty() {
            let slots = gone.iter().map(|p| p.slot).collect();
            self.shared.tell(Event::Lost(slots));
        }
        drop(gone);
        let Some(dead) = self.consumer.take() else { return };
        let code = dead.client().fatal_error().map(|(code, _)| code);
        if code == Some(RDKafkaErrorCode::FencedInstanceId) {
            self.next_client = None;
            self.shared.tell(Event::Failed(self.fenced()));
        } else {
            self.shared.tell(Event::Trouble(error));
        }
        super::end(dead);
    }

    fn fenced(&self) -> BrokerError {
        let name = self.maker.config.get("group.instance.id").unwrap_or_default();
        BrokerError::Failed {
            what: format!("reading as group \"{}\"", self.shared.request.group),
            why: format!(
                "another process has joined it with the same kafka_instance_id, \"{name}\"; give each process its own"
            ),
        }
    }

    fn renew(&mut self) {
        self.next_client = Some(now() + RENEW);
        match self.maker.make() {
            Ok(consumer) => self.consumer = Some(consumer),
            Err(error) => self.shared.tell(Event::Trouble(error)),
        }
    }

    fn close(self, close: Box<Close>) {
        let left = close.deadline.saturating_duration_since(now());
        let deadline = close.deadline - LEAVE.min(left / 2);
        self.shared.closing.store(true, Ordering::Release);
        let mut result = self.commit_last(&close.marks, deadline);
        if let Some(mut outputs) = close.outputs {
            let left = outputs.flush(deadline);
            if left > 0 && result.is_ok() {
                let why = format!(
                    "{left} outputs or dead letters were not acknowledged before the shutdown's time was over; their records will be handled again"
                );
                result = Err(BrokerError::Failed {
                    what: "closing".to_owned(),
                    why,
                });
            }
        }
        self.leave();
        let _ = close.done.send(result);
    }

    /// A commit that met a rebalance is refused once that is over, and then taken. The events of the rebalance stay
    /// where they are: nothing is assigned or revoked any more, and the marks stay ours.
    fn commit_last(&self, marks: &[Watermark], deadline: Instant) -> Result<(), BrokerError> {
        loop {
            let limit = deadline.saturating_duration_since(now());
            match self.maker.committer.commit_within(&self.shared, marks, limit) {
                Err(BrokerError::Rebalancing { .. }) if now() < deadline && !self.is_put_out() => {}
                result => return result,
            }
            thread::park_timeout(IDLE);
        }
    }

    /// Whether the group went on without this member.
    fn is_put_out(&self) -> bool {
        self.consumer
            .as_ref()
            .is_none_or(|consumer| consumer.assignment_lost())
    }

    fn leave(self) {
        self.shared.closing.store(true, Ordering::Release);
        // The queues hold the client; dropping its last owner leaves the group, and may hang while the broker is down.
        drop(lock(&self.shared.partitions).take(|_| true));
        drop(self.consumer);
    }
}

enum Next {
    GoOn,
    Close(Box<Close>),
    Drop,
}

/// A driver must not wait for ever for a thread that is gone.
struct TellPanic(Arc<Shared>);

impl Drop for TellPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            let why = "its poll thread panicked; please report it with the panic's message".to_owned();
            let what = format!("the subscription of group \"{}\"", self.0.request.group);
            self.0.tell(Event::Failed(BrokerError::Failed { what, why }));
        }
    }
}
