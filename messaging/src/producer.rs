//! Sending: [`publish`] and [`Producer`].

use std::future::IntoFuture;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use crate::broker::{Broker, BrokerError, FailureHook, NotQueued, Outbound, Publisher, Receipt};
use crate::caught::caught;
use crate::error::{Error, Kind, Result};
use crate::message::Headers;
use crate::name::check_topic;
use crate::payload::{Payload, encoded, with_encoded};
use crate::topic::{Accepts, TopicRef};

mod default;
mod unsent;

pub(crate) use default::Offer;

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
/// As long as no App has started, the producer is made from the environment and the settings file alone: what an App was
/// given by `App::defaults` and `App::configure` does not count. The memory broker is refused then, for nobody could read
/// the message.
pub fn publish<T: TopicRef + Accepts<P>, P: Payload>(topic: T, payload: &P) -> Publish {
    match Producer::current() {
        Ok(producer) => producer.send(topic, payload),
        Err(error) => Publish::failed(error),
    }
}

/// Called with the topic and the error of each message that failed with nobody waiting.
pub type OnFailure = Arc<dyn Fn(&str, &BrokerError) + Send + Sync>;

/// Sends messages. Cheap to clone; all clones share one client, made at first use.
#[derive(Clone)]
pub struct Producer(Arc<Inner>);

struct Inner {
    broker: Option<Arc<dyn Broker>>,
    publisher: OnceLock<Arc<dyn Publisher>>,
    prefix: String,
    /// Whether a send returns when queued, unless it says otherwise.
    forget: bool,
    failed: Arc<AtomicU64>,
    on_failure: Option<OnFailure>,
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
        write!(
            f,
            "Producer({})",
            self.0.broker.as_ref().map_or("switched off", |b| b.name())
        )
    }
}

impl Producer {
    /// A producer for `broker`; without one, every send fails with [`Error::is_disabled`].
    pub(crate) fn new(
        broker: Option<Arc<dyn Broker>>,
        prefix: String,
        forget: bool,
        on_failure: Option<OnFailure>,
    ) -> Producer {
        let publisher = OnceLock::new();
        Producer(Arc::new(Inner {
            broker,
            publisher,
            prefix,
            forget,
            failed: Arc::default(),
            on_failure,
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

    /// Starts a message: see [`publish`].
    pub fn send<T: TopicRef + Accepts<P>, P: Payload>(&self, topic: T, payload: &P) -> Publish {
        let name = topic.topic_name();
        let key = T::keyer().and_then(|key_of| key_of(payload));
        let value = encoded(payload).map_err(|source| {
            Kind::Encode {
                topic: name.to_owned(),
                source,
            }
            .into()
        });
        Publish {
            topic: self.full_name(name),
            producer: Ok(self.clone()),
            key,
            headers: Headers::new(),
            value,
            wait: !self.0.forget,
        }
    }

    /// Queues a message and returns; waits only while the queue is full. What fails later is counted, logged and told
    /// to the callback given to `App::on_publish_failure`. What is not acknowledged when the process ends is lost: see
    /// [`Publish::wait`].
    ///
    /// # Errors
    /// When the message cannot be encoded or will never be taken.
    pub async fn send_fire_and_forget<T: TopicRef + Accepts<P>, P: Payload>(
        &self,
        topic: T,
        payload: &P,
    ) -> Result<()> {
        let publisher = self.publisher()?;
        let key = T::keyer().and_then(|key_of| key_of(payload));
        let name = topic.topic_name();
        let full_name = self.full_name(name);
        check_topic(&full_name).map_err(Kind::Name)?;
        let headers = Headers::new();
        let queued = with_encoded(payload, |value| {
            let message = Outbound {
                topic: &full_name,
                key: key.as_deref(),
                value: Some(value),
                headers: &headers,
            };
            publisher.enqueue(message, &mut None)
        });
        let queued = queued.map_err(|source| Kind::Encode {
            topic: name.to_owned(),
            source,
        })?;
        match queued {
            Ok(()) => Ok(()),
            Err(NotQueued::Full) => self.send(topic, payload).wait(false).await.map(drop),
            Err(NotQueued::Refused(source)) => Err(Kind::Publish {
                topic: full_name,
                source,
            }
            .into()),
        }
    }

    /// Waits until everything sent so far was acknowledged or has failed, at most until `deadline`. Says how many
    /// messages are left; they stay queued.
    pub async fn flush(&self, deadline: Duration) -> usize {
        match self.0.publisher.get() {
            Some(publisher) => publisher.flush(deadline).await,
            None => 0,
        }
    }

    /// How many messages failed with nobody waiting.
    pub fn failed(&self) -> u64 {
        self.0.failed.load(Ordering::Relaxed)
    }

    /// How many messages are queued and not yet acknowledged.
    pub fn queued(&self) -> usize {
        self.0.queued()
    }

    fn full_name(&self, topic: &str) -> String {
        format!("{}{topic}", self.0.prefix)
    }

    fn publisher(&self) -> Result<&Arc<dyn Publisher>> {
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

    /// The broker's own threads call it, and all sends depend on them: it does not panic.
    fn failure_hook(&self) -> FailureHook {
        let (failed, on_failure) = (self.0.failed.clone(), self.0.on_failure.clone());
        let panicked = Once::new();
        Arc::new(move |topic, error| {
            failed.fetch_add(1, Ordering::Relaxed);
            tracing::error!(topic, error = %crate::outcome::describe(error), "a message was not written, and nobody waits for it");
            let Some(callback) = &on_failure else { return };
            if let Err(panic) = caught(|| callback(topic, error)) {
                panicked.call_once(|| {
                    tracing::error!(
                        panic,
                        "the callback of App::on_publish_failure panicked; this is said once"
                    );
                });
            }
        })
    }
}

/// A message on its way; await it.
#[must_use = "nothing is sent until it is awaited"]
#[derive(Debug)]
pub struct Publish {
    producer: Result<Producer>,
    topic: String,
    key: Option<Bytes>,
    headers: Headers,
    value: Result<Bytes>,
    wait: bool,
}

impl Publish {
    fn failed(error: Error) -> Publish {
        let value = Ok(Bytes::new());
        Publish {
            producer: Err(error),
            topic: String::new(),
            key: None,
            headers: Headers::new(),
            value,
            wait: true,
        }
    }

    /// Sets the key, which decides the partition and what stays in order.
    pub fn key(mut self, key: impl Into<Bytes>) -> Publish {
        self.key = Some(key.into());
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<Arc<str>>, value: impl Into<Bytes>) -> Publish {
        self.headers.push(name, value);
        self
    }

    /// `false`: return when the message is queued; the receipt then has no offset. `true`: wait for the broker's
    /// receipt. The setting `kafka_fire_and_forget` decides where nothing is said.
    ///
    /// What is queued is lost when the process ends before it was acknowledged. [`Running::join`](crate::Running::join)
    /// waits for the messages of its App; without an App, or with one that is not joined, await [`Producer::flush`] before
    /// `main` returns:
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example() -> messaging::Result<()> {
    /// use messaging::{Producer, publish};
    ///
    /// publish("orders.created", &"order 7".to_owned()).wait(false).await?;
    /// let unsent = Producer::current()?.flush(Duration::from_secs(10)).await;
    /// assert_eq!(unsent, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// How many messages were unsent is logged as an error when their App ends, when the last clone of their producer is
    /// dropped, and for the producer made from the environment when the tokio runtime ends in which it is used. A process
    /// that ends by `std::process::exit`, or by a signal that nobody handles, logs nothing.
    pub fn wait(mut self, wait: bool) -> Publish {
        self.wait = wait;
        self
    }

    async fn send(self) -> Result<Receipt> {
        let value = self.value?;
        let producer = self.producer?;
        check_topic(&self.topic).map_err(Kind::Name)?;
        let publisher = producer.publisher()?;
        let (mut waiter, receipt) = match self.wait {
            true => {
                let (waiter, receipt) = oneshot::channel();
                (Some(waiter), Some(receipt))
            }
            false => (None, None),
        };
        let failed = |topic: String, source| Error::from(Kind::Publish { topic, source });
        loop {
            let message = Outbound::new(&self.topic, self.key.as_ref(), Some(&value), &self.headers);
            match publisher.enqueue(message, &mut waiter) {
                Ok(()) => break,
                Err(NotQueued::Full) => publisher.room().await,
                Err(NotQueued::Refused(source)) => return Err(failed(self.topic, source)),
            }
        }
        let Some(receipt) = receipt else {
            return Ok(Receipt::queued(self.topic));
        };
        publisher.hurry();
        match receipt.await {
            Ok(answer) => answer.map_err(|source| failed(self.topic, source)),
            Err(_) => Err(failed(self.topic, BrokerError::Closed)),
        }
    }
}

impl IntoFuture for Publish {
    type Output = Result<Receipt>;
    type IntoFuture = BoxFuture<'static, Result<Receipt>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_that_panics_is_called_again_and_harms_nobody() {
        let calls = Arc::new(AtomicU64::new(0));
        let called = calls.clone();
        let callback: OnFailure = Arc::new(move |_, _| {
            called.fetch_add(1, Ordering::Relaxed);
            panic!("the callback panics");
        });
        let producer = Producer::new(None, String::new(), false, Some(callback));
        let hook = producer.failure_hook();
        hook("t", &BrokerError::Closed);
        hook("t", &BrokerError::Closed);
        assert_eq!((calls.load(Ordering::Relaxed), producer.failed()), (2, 2));
    }
}
