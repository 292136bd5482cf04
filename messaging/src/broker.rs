//! The contract between the runtime and a broker.
//!
//! An adapter never retries a handler and never decides an offset. Hot paths move batches, so that dynamic dispatch
//! costs nothing per record. A capability that is missing is refused at start by name, never downgraded.
//!
//! | trait | who uses it | what for |
//! |---|---|---|
//! | [`Broker`] | the App | making the others |
//! | [`Publisher`] | users' sends | one per App |
//! | [`Subscription`] | one driver | records in, returned outputs and offsets out |
//! | [`Admin`] | commands, the start-up check | topics and groups |
//! | [`Reader`] | commands | records without a group |

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::delivery::{Epoch, Settlement, Slot, Watermark};
use crate::message::Headers;
use crate::program::how_to_create;
use crate::record::RecordBatch;
use crate::settings::OffsetReset;

mod admin;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod memory;
pub mod partitioner;
mod reader;
mod receipt;

pub use reader::{Reader, ReaderEvent, Start};
pub use receipt::{Answer, Receipt, Waiter, WrittenAt};

pub use admin::{
    Admin, Cluster, GroupDescription, GroupListing, GroupMember, GroupProtocol, GroupState, NewTopic, Node,
    PartitionDescription, TopicConfig, TopicDescription, TopicListing,
};

/// What a broker can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether it keeps watermarks or acknowledges each record.
    pub settlement: Settlement,
    /// Whether outputs and watermarks can be committed together.
    pub transactions: bool,
    /// Whether a group can go back to records it has done.
    pub replay: bool,
    /// Whether topics can be made and looked at.
    pub admin: bool,
    /// Whether a topic that is absent is made when it is first named.
    pub makes_topics: bool,
    /// Whether a driver may have a thread of its own. `false` keeps everything on the caller's runtime, so that a run
    /// is the same each time.
    pub own_thread: bool,
}

/// Why a broker did not do what it was asked to.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrokerError {
    /// It could not be reached; worth trying again.
    #[error("{broker} at {address} does not answer: {why}")]
    Unreachable {
        /// Which broker.
        broker: &'static str,
        /// Where it was looked for.
        address: String,
        /// What was seen.
        why: String,
    },
    /// There is no such topic.
    #[error(
        "the topic \"{topic}\" does not exist; create it, for example with `{}`",
        how_to_create(topic)
    )]
    UnknownTopic {
        /// Its name at the broker.
        topic: String,
    },
    /// The credentials are wrong, or do not suffice.
    #[error("{what} is not allowed: {why}; give the principal that right, or set other credentials")]
    Denied {
        /// What was asked for.
        what: String,
        /// What the broker said.
        why: String,
    },
    /// The broker refuses this message, however often it is sent.
    #[error("the broker refuses the message for topic \"{topic}\": {why}")]
    Refused {
        /// The topic.
        topic: String,
        /// What the broker said.
        why: String,
    },
    /// A send was not acknowledged in time; it will not be sent again.
    #[error(
        "the message for topic \"{topic}\" was not acknowledged within {limit:?} (kafka_delivery_timeout_ms)"
    )]
    TimedOut {
        /// The topic.
        topic: String,
        /// The setting.
        limit: Duration,
    },
    /// The group has no valid offset, and `auto_offset_reset` is `none`.
    #[error(
        "the group \"{group}\" has no valid offset on \"{topic}\"; reset it with `{how}`, or set kafka_auto_offset_reset to earliest or latest",
        how = crate::program::how_to_reset(group, topic)
    )]
    NoOffset {
        /// The group.
        group: String,
        /// The topic.
        topic: String,
    },
    /// The group has members, so its offsets are theirs.
    #[error("the group \"{group}\" has members that run; stop them first, or they would commit over it")]
    GroupLive {
        /// The group.
        group: String,
    },
    /// The group shares its partitions out anew, and takes no offsets meanwhile.
    #[error("the group \"{group}\" is in a rebalance")]
    Rebalancing {
        /// The group.
        group: String,
    },
    /// It was closed.
    #[error("the connection to the broker was closed")]
    Closed,
    /// A setting does not suit this broker.
    #[error("{0}")]
    Setting(String),
    /// Anything else.
    #[error("{what} failed: {why}")]
    Failed {
        /// What was asked for.
        what: String,
        /// What the broker said.
        why: String,
    },
}

impl BrokerError {
    /// Whether it may go away by itself.
    pub fn is_retriable(&self) -> bool {
        matches!(
            self,
            BrokerError::Unreachable { .. }
                | BrokerError::UnknownTopic { .. }
                | BrokerError::Rebalancing { .. }
        )
    }
}

/// A broker: a factory, cheap to make; connecting happens in its methods.
pub trait Broker: Send + Sync {
    /// "kafka", "memory".
    fn name(&self) -> &'static str;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Reaches the broker once, so that a wrong address is told before anything else.
    fn probe(&self) -> BoxFuture<'_, Result<(), BrokerError>>;

    /// A publisher for users' sends. What fails with nobody waiting is told to `on_failure`.
    ///
    /// # Errors
    /// When the client cannot be made, such as for a setting it refuses.
    fn publisher(&self, on_failure: FailureHook) -> Result<Arc<dyn Publisher>, BrokerError>;

    /// Joins a group. The first partitions come as [`Event::Assigned`].
    ///
    /// # Errors
    /// When the client cannot be made.
    fn subscribe(&self, request: &Subscribe) -> Result<Box<dyn Subscription>, BrokerError>;

    /// Topics and groups.
    ///
    /// # Errors
    /// When the client cannot be made.
    fn admin(&self) -> Result<Arc<dyn Admin>, BrokerError>;

    /// Reads partitions from these places, without a group. What is absent is told by the first event. A broker that
    /// cannot, because it keeps no records that were read, refuses.
    ///
    /// # Errors
    /// When the client cannot be made, or the broker has no such way.
    fn reader(&self, from: &[(TopicPartition, Start)]) -> Result<Box<dyn Reader>, BrokerError> {
        let _ = from;
        Err(BrokerError::Failed {
            what: "reading without a group".to_owned(),
            why: format!("{} has no way to do it; read with a worker instead", self.name()),
        })
    }
}

/// What a subscription is to.
#[derive(Clone, Debug)]
pub struct Subscribe {
    /// The group.
    pub group: String,
    /// The topics, as the broker names them.
    pub topics: Vec<String>,
    /// Where a partition without a valid offset begins.
    pub reset: OffsetReset,
    /// How long running handlers get when a partition is revoked.
    pub revoke_deadline: Duration,
    /// The most records handed on at a time.
    pub max_poll_records: usize,
    /// Whether handlers return outputs or records may be dead-lettered, so that a producer is needed.
    pub publishes: bool,
}

/// A topic's partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    /// The topic, as the broker names it.
    pub topic: Arc<str>,
    /// The partition.
    pub partition: i32,
}

/// What a subscription tells its driver.
#[derive(Debug)]
pub enum Event {
    /// These are ours from now on, and none of them is held. Comes before the first record of that epoch; the first
    /// one of a member for whom there is no partition is empty.
    Assigned(Vec<(Slot, Epoch, TopicPartition)>),
    /// These go: the broker waits for [`Subscription::release`] of each, until its deadline.
    Revoked(Vec<Slot>),
    /// These are gone: nothing may be committed.
    Lost(Vec<Slot>),
    /// Records of one partition.
    Polled(Slot, Epoch, Arc<RecordBatch>),
    /// What became of messages handed over.
    Published(Vec<Answered>),
    /// The commit asked for last was kept, or not.
    Committed(Result<(), Arc<BrokerError>>),
    /// Something to be told, after which it goes on by itself: a lost connection, an absent topic.
    Trouble(BrokerError),
    /// It cannot go on: credentials, no valid offset, a name in the group that another member took.
    Failed(BrokerError),
}

/// The token of a message handed over, and what became of it: it was acknowledged, or will never be taken.
pub type Answered = (u64, Result<(), Arc<BrokerError>>);

/// A message in bytes for a topic as the broker names it.
#[derive(Clone, Copy, Debug)]
pub struct Outbound<'a> {
    /// The topic.
    pub topic: &'a str,
    /// The key; `None` is null.
    pub key: Option<&'a [u8]>,
    /// The value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    /// The headers in their order, duplicates and nulls included.
    pub headers: &'a Headers,
}

/// Why a message was not taken.
#[derive(Debug)]
pub enum NotQueued {
    /// The queue is full: try again when receipts have come in.
    Full,
    /// It will never be taken.
    Refused(BrokerError),
}

/// One member of a group, used by one driver.
///
/// Dropping it without [`Subscription::close`] leaves the group without committing, and never blocks.
pub trait Subscription: Send {
    /// The next event. Safe to drop and call again: an event is taken only when it is returned.
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Event>;

    /// Stops (`true`) or goes on fetching from a partition. What was fetched is kept, not fetched again.
    fn hold(&mut self, slot: Slot, held: bool);

    /// Hands a message over; its token comes back exactly once, in an [`Event::Published`], in the order of the calls
    /// for one partition. It is sent again until acknowledged; only what the broker will never take fails.
    ///
    /// # Errors
    /// When the queue is full, or the message will never be taken; then no event follows.
    fn publish(&mut self, token: u64, message: Outbound<'_>) -> Result<(), NotQueued>;

    /// Asks the broker to keep these watermarks; one [`Event::Committed`] follows. Not asked again before it came.
    fn commit(&mut self, marks: &[Watermark]);

    /// Says how far each partition is done, for a broker that must let go while the driver is stuck.
    fn note_watermarks(&mut self, marks: &[Watermark]) {
        let _ = marks;
    }

    /// Gives a revoked partition back, after committing its watermark.
    fn release(&mut self, mark: Watermark);

    /// Commits these, waits for what was handed over, leaves the group: all of it within `deadline`.
    fn close(
        self: Box<Self>,
        marks: Vec<Watermark>,
        deadline: Duration,
    ) -> BoxFuture<'static, Result<(), BrokerError>>;
}

/// Told of each message that failed with nobody waiting. It may be called on a thread of the broker that all sends
/// depend on, so it does not panic.
pub type FailureHook = Arc<dyn Fn(&str, &BrokerError) + Send + Sync>;

/// Users' sends. For one key, the order of calls is the order in the log, whatever waits.
pub trait Publisher: Send + Sync {
    /// Queues a message. `waiter` is taken when it was queued, and answered once.
    ///
    /// # Errors
    /// When the queue is full, or the message will never be taken.
    fn enqueue(&self, message: Outbound<'_>, waiter: &mut Option<Waiter>) -> Result<(), NotQueued>;

    /// Sends what is queued now instead of waiting for more.
    fn hurry(&self);

    /// Waits until a full queue may have room.
    fn room(&self) -> BoxFuture<'_, ()>;

    /// Waits until everything queued was acknowledged or failed, at most until `deadline`. Says how many are left.
    fn flush(&self, deadline: Duration) -> BoxFuture<'_, usize>;

    /// How many messages are queued and not answered.
    fn queued(&self) -> usize;
}

impl<'a> Outbound<'a> {
    /// Borrows the parts of a message.
    pub fn new(
        topic: &'a str,
        key: Option<&'a Bytes>,
        value: Option<&'a Bytes>,
        headers: &'a Headers,
    ) -> Outbound<'a> {
        Outbound {
            topic,
            key: key.map(|b| &b[..]),
            value: value.map(|b| &b[..]),
            headers,
        }
    }
}
