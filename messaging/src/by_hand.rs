//! Consuming by hand: no macro and no `App` to write.

use std::future::Future;
use std::sync::Arc;

use crate::app::{App, Running, broker_by_hand, made_by_hand};
use crate::broker::Broker;
use crate::delivery::policy::RetryPolicy;
use crate::error::{Kind, Result};
use crate::handler::{Handler, erase};
use crate::producer::read_on_memory;
use crate::settings::{MessageBroker, Settings, Sources};
use crate::spec::{ConsumerSpec, Keys, Make, Place, Target, WorkerSpec};
use crate::topic::TopicRef;

mod deliveries;
mod routing;

pub use deliveries::{Deliveries, Received};

/// A consumer of `topics` in `group`, with the settings of the process: see [`Consumer`]. Connects to nothing yet.
///
/// ```no_run
/// # async fn example() -> messaging::Result<()> {
/// use messaging::create_consumer;
///
/// async fn print(order: String) {
///     println!("{order}");
/// }
///
/// let running = create_consumer("reports", ["orders.created"])?.handler(print).start().await?;
/// // … in the background, until:
/// running.stop();
/// running.join().await
/// # }
/// ```
///
/// # Errors
/// Problems of the settings.
#[track_caller]
pub fn create_consumer<T: TopicRef>(
    group: impl Into<String>,
    topics: impl IntoIterator<Item = T>,
) -> Result<Consumer> {
    let place = Place::of_caller();
    let settings = Settings::load(&Sources::from_process())?;
    Ok(Consumer::new(&settings, group.into(), topics, place))
}

/// Reads topics for a group: with a handler, with the registered handlers of the group's events, or as a stream whose
/// records are acknowledged one by one.
///
/// | what is done with a record | write |
/// |---|---|
/// | one async function handles it | `.handler(function)`, then `start` or `run` |
/// | the group's `#[on_event]` handlers get it, by the name of its event | `start` or `run` |
/// | the program takes it from a stream and says when it is done | `.stream()` |
///
/// Each way keeps the promises of a worker: nothing is committed before it is done, failures are tried again and become
/// dead letters. The keys of a worker are methods here, with the same defaults. One that routes to registered handlers
/// begins with the keys of their `#[consumer]`, and with its name where there is only one in the group: what is not
/// said here, it says.
///
/// On the in-memory broker all that is made by hand in one process shares one broker.
///
/// What its handler sends with [`publish`](crate::publish) or an extracted [`Producer`](crate::Producer) goes to its
/// own broker, by its own settings. Everywhere else `publish` is the process's, which a consumer changes nothing of:
/// [`Running::producer`] sends with the consumer's.
#[must_use = "it consumes nothing until it is started"]
pub struct Consumer {
    app: App,
    /// Whether it reads the memory broker that all shares which is connected by hand.
    shares_memory: bool,
    group: String,
    place: Place,
    topics: Vec<String>,
    handler: Option<Make>,
    output: Option<Target>,
    retry_policy: Option<RetryPolicy>,
    pub(crate) keys: Keys,
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "consumer {} of {} ({})",
            self.group,
            self.topics.join(", "),
            self.place
        )
    }
}

impl Consumer {
    /// A consumer of `topics` in `group` for the broker that `settings` name, with a client of its own: two of them may
    /// read two clusters in one process. The broker is reached first, trying again as `kafka_connect_retries` says; the
    /// group is joined by [`start`](Consumer::start), [`run`](Consumer::run) or [`stream`](Consumer::stream).
    ///
    /// # Errors
    /// A broker that cannot be reached; with `kafka_enabled = false`, one that
    /// [is disabled](crate::Error::is_disabled).
    #[track_caller]
    pub fn connect<T: TopicRef>(
        settings: &Settings,
        group: impl Into<String>,
        topics: impl IntoIterator<Item = T>,
    ) -> impl Future<Output = Result<Consumer>> + Send + 'static {
        let consumer = Consumer::new(settings, group.into(), topics, Place::of_caller());
        let reached = consumer.app.reach();
        async move { reached.await.map(|()| consumer) }
    }

    fn new<T: TopicRef>(
        settings: &Settings,
        group: String,
        topics: impl IntoIterator<Item = T>,
        place: Place,
    ) -> Consumer {
        made_by_hand(&group);
        let topics = topics.into_iter().map(|topic| topic.topic_name().to_owned());
        Consumer {
            app: App::by_hand(settings.clone(), broker_by_hand(settings)),
            shares_memory: settings.message_broker == MessageBroker::Memory,
            group,
            place,
            topics: topics.collect(),
            handler: None,
            output: None,
            retry_policy: None,
            keys: Keys::default(),
        }
    }

    /// Handles every record with `handler`, as a worker does: first its payload, then extractors.
    pub fn handler<M: 'static, H: Handler<M> + Clone>(mut self, handler: H) -> Consumer {
        self.handler = Some(Arc::new(move |context| erase(handler.clone(), None, context)));
        self
    }

    /// The topic that what the handler returns is published to; unset: the handler returns nothing to publish, or
    /// messages that name their topic. Only for a consumer with a [`handler`](Consumer::handler).
    pub fn output_topic<T: TopicRef>(mut self, topic: T) -> Consumer {
        self.output = Some(Target::of(topic));
        self
    }

    /// The topic for records that are given up, whatever topic they came from; unset: `{topic}.dlq` for each.
    pub fn dlq_topic(mut self, topic: impl TopicRef) -> Consumer {
        self.keys.dlq_topic = Some(topic.topic_name().to_owned());
        self
    }

    /// How failed records are tried again. A single key, such as `max_retries`, counts instead of what the policy says
    /// of it.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Consumer {
        self.retry_policy = Some(policy);
        self
    }

    /// Gives the handlers a value, for [`State<T>`](crate::State).
    #[track_caller]
    pub fn state<T: Send + Sync + 'static>(mut self, value: T) -> Consumer {
        self.app = self.app.state(value);
        self
    }

    /// Uses this broker instead of the one the settings name, such as a
    /// [`MemoryBroker`](crate::broker::memory::MemoryBroker) that a test looks into.
    pub fn broker(mut self, broker: impl Broker + 'static) -> Consumer {
        self.app = self.app.broker(broker);
        self.shares_memory = false;
        self
    }

    /// Joins the group and consumes in the background, until [`Running::stop`]. Without a
    /// [`handler`](Consumer::handler) it routes to the group's `#[on_event]` handlers.
    ///
    /// # Errors
    /// Without a handler: a group for which none is registered, naming those there are; registered consumers of the
    /// group whose keys differ, unless a method says what counts; and an [`output_topic`](Consumer::output_topic). As
    /// [`App::start`].
    pub async fn start(self) -> Result<Running> {
        let shares_memory = self.shares_memory;
        let running = self.into_app()?.start().await?;
        if shares_memory {
            read_on_memory();
        }
        Ok(running)
    }

    /// Consumes until SIGTERM or SIGINT, as [`App::run`].
    ///
    /// # Errors
    /// As [`Consumer::start`] and [`Running::join`].
    pub async fn run(self) -> Result<()> {
        let shares_memory = self.shares_memory;
        let app = self.into_app()?;
        if shares_memory {
            read_on_memory();
        }
        app.run().await
    }

    /// Joins the group and hands records out one by one, each to be acknowledged: see [`Deliveries`].
    ///
    /// Of each partition up to `concurrency` records are out at a time, 1000 unless it says otherwise; they come in the
    /// order of their partition, and may be acknowledged in any.
    ///
    /// # Errors
    /// When a handler or an [`output_topic`](Consumer::output_topic) was given. As [`App::start`].
    pub async fn stream(self) -> Result<Deliveries> {
        if self.handler.is_some() {
            let what = "a consumer with a handler is no stream; remove `.handler(…)`, or start it";
            return Err(Kind::Usage(what.into()).into());
        }
        self.without_output()?;
        let (source, handler) = deliveries::channel();
        let keys = deliveries::keys(self.keys.clone());
        let make: Make = Arc::new(move |_| Ok(handler.clone()));
        let running = Consumer {
            handler: Some(make),
            keys,
            ..self
        }
        .start()
        .await?;
        Ok(Deliveries::new(source, running))
    }

    /// # Errors
    /// When an output topic was given, and nothing returns what would go there.
    fn without_output(&self) -> Result<()> {
        let what = "only what a handler returns goes to an output topic; remove `.output_topic(…)`, or give the consumer a `.handler(…)`";
        match self.output {
            None => Ok(()),
            Some(_) => Err(Kind::Usage(what.into()).into()),
        }
    }

    fn into_app(mut self) -> Result<App> {
        self.group = self.keys.group_id.take().unwrap_or(self.group);
        let policy = self.retry_policy.map(Keys::of_policy).unwrap_or_default();
        let keys = self.keys.clone().or(policy);
        match self.handler.clone() {
            Some(make) => {
                let mut worker = WorkerSpec::by_hand(self.group.clone(), self.place, self.topics, make);
                worker.output = self.output;
                Ok(self.app.worker(worker.with_keys(keys).group_id(self.group)))
            }
            None => {
                self.without_output()?;
                let settings = self.app.settings()?;
                let consumer = routing::consumer(&self.group, self.place, keys, &settings)?;
                let consumer = self.topics.into_iter().fold(consumer, ConsumerSpec::topic);
                Ok(self.app.consumer(consumer))
            }
        }
    }
}
