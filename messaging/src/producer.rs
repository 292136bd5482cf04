//! Sending: [`publish`] and [`Producer`].
//!
//! | file | what it holds |
//! |---|---|
//! | `publish`, `sending` | a message on its way, and waiting for its receipt |
//! | `sends` | one message: with a receipt, or without |
//! | `batch` | many messages at once |
//! | `connect` | a producer by hand: connect, look, close |
//! | `topics` | the topics and groups of its broker |
//! | `default` | the process's own producer |
//! | `all` | every producer of the process |
//! | `failures`, `unsent` | messages that failed, or were left, with nobody waiting |

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::broker::{Broker, Publisher};
use crate::error::{Kind, Result};
use crate::payload::Payload;
use crate::settings::Settings;
use crate::topic::{Accepts, TopicRef};

mod all;
mod batch;
mod connect;
mod default;
mod failures;
mod publish;
mod sending;
mod sends;
mod topics;
mod unsent;

pub(crate) use all::close_all_producers;
pub use all::{start_all_producers, stop_all_producers};
pub use batch::{BatchError, BatchItem};
pub(crate) use default::{Offer, read_on_memory};
use failures::Failures;
pub use failures::OnFailure;
pub use publish::Publish;
pub use sending::Sending;

/// Publishes with the App in whose handler this runs, else the process's default: see [`Producer::current`].
///
/// ```no_run
/// # async fn example() -> messaging::Result<()> {
/// use messaging::publish;
///
/// let receipt = publish("orders.created", &"order 7".to_owned()).key("7").header("source", "till").await?;
/// println!("written to partition {:?} at offset {:?}", receipt.partition, receipt.offset);
/// # Ok(())
/// # }
/// ```
///
/// Awaiting it waits for the broker's receipt; `.wait(false)` returns when the message is queued.
///
/// As long as no App has started, the producer is made from the environment and the settings file alone: what an App
/// was given by `App::defaults` and `App::configure` does not count. The memory broker is refused then, for nobody
/// could read the message, until a [`Consumer`](crate::Consumer) has started there or [`start_all_producers`] says that
/// somebody does. A consumer by hand is no App: what it runs with does not decide where this writes, but in its own
/// handlers.
pub fn publish<T: TopicRef + Accepts<P>, P: Payload>(topic: T, payload: &P) -> Publish {
    match Producer::current() {
        Ok(producer) => producer.send(topic, payload),
        Err(error) => Publish::failed(error),
    }
}

/// The producer that [`publish`] sends with: [`Producer::current`] by another name.
///
/// # Errors
/// As [`Producer::current`].
pub fn get_producer() -> Result<Producer> {
    Producer::current()
}

/// Sends messages. Cheap to clone; all clones share one client, made at first use.
///
/// | to send | call |
/// |---|---|
/// | one payload, with a key and headers | [`Producer::send`] |
/// | a [`Message`](crate::Message), such as a tombstone | [`Producer::send_message`] |
/// | one payload, as fast as can be | [`Producer::send_fire_and_forget`] |
/// | many, and know where each was written | [`Producer::send_batch`] |
/// | many, as fast as can be | [`Producer::send_batch_fire_and_forget`] |
#[derive(Clone)]
pub struct Producer(Arc<Inner>);

struct Inner {
    broker: Option<Arc<dyn Broker>>,
    publisher: OnceLock<Arc<dyn Publisher>>,
    settings: Settings,
    closed: AtomicBool,
    failures: Arc<Failures>,
    /// The most messages that were said to be unsent: an App that ends and the last clone of its producer see the same.
    told_unsent: AtomicUsize,
}

impl Inner {
    fn queued(&self) -> usize {
        self.publisher.get().map_or(0, |publisher| publisher.queued())
    }
}

tokio::task_local! {
    /// The producer of the App in whose driver or handler this task runs.
    pub(crate) static CURRENT: Producer;
}

impl std::fmt::Debug for Producer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.0.broker.as_ref().map_or("switched off", |b| b.name());
        write!(f, "Producer({name})")
    }
}

impl Producer {
    /// A producer for `broker`; without one, every send fails with [`Error::is_disabled`](crate::Error::is_disabled).
    pub(crate) fn new(
        broker: Option<Arc<dyn Broker>>,
        settings: Settings,
        on_failure: Option<OnFailure>,
    ) -> Producer {
        Producer(Arc::new(Inner {
            broker,
            publisher: OnceLock::new(),
            settings,
            closed: AtomicBool::new(false),
            failures: Arc::new(Failures::told_to(on_failure)),
            told_unsent: AtomicUsize::new(0),
        }))
    }

    /// The producer of the App in whose handler this runs, else the process's default: that of the App which runs for
    /// longest, or one made from the environment as long as no App has started.
    ///
    /// # Errors
    /// When all Apps have ended; when none has started and the settings of the environment have problems or name the
    /// memory broker.
    pub fn current() -> Result<Producer> {
        if let Ok(current) = CURRENT.try_with(Producer::clone) {
            return Ok(current);
        }
        default::get()
    }

    /// Waits until everything sent so far was acknowledged or has failed, at most until `deadline`. Says how many
    /// messages are left; they stay queued.
    pub async fn flush(&self, deadline: Duration) -> usize {
        match self.0.publisher.get() {
            Some(publisher) => publisher.flush(deadline).await,
            None => 0,
        }
    }

    /// How many messages are queued and not yet acknowledged.
    pub fn queued(&self) -> usize {
        self.0.queued()
    }

    fn full_name<'a>(&self, topic: &'a str) -> Cow<'a, str> {
        match self.0.settings.topic_prefix.as_deref() {
            Some(prefix) => Cow::Owned([prefix, topic].concat()),
            None => Cow::Borrowed(topic),
        }
    }

    fn publisher(&self) -> Result<&Arc<dyn Publisher>> {
        if self.0.closed.load(Ordering::Relaxed) {
            return Err(Kind::Closed.into());
        }
        if let Some(publisher) = self.0.publisher.get() {
            return Ok(publisher);
        }
        let broker = self.0.broker.as_ref().ok_or(Kind::Disabled)?;
        let made = broker
            .publisher(self.failure_hook())
            .map_err(|source| Kind::Broker {
                what: "the producer could not be made".into(),
                source,
            })?;
        Ok(self.0.publisher.get_or_init(|| made))
    }
}
