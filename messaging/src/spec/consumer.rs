//! Descriptions of consumers and of the handlers of their events.

use std::fmt;
use std::sync::Arc;

use super::{Fallback, Keys, Kind, Place, Subject, fallback};
use crate::consumer::{ConsumerType, EventConsumer};
use crate::delivery::policy::RetryPolicy;
use crate::extract::Context;
use crate::handler::{EventAnswer, EventHandler, MadeEvent, erase_event};
use crate::outcome::Verdict;
use crate::topic::TopicRef;

/// The description of a consumer: what `#[consumer]` leaves behind, and what is written by hand.
///
/// ```
/// use messaging::{ConsumerSpec, Event, EventHandlerSpec};
///
/// async fn welcome(event: Event<String>) {
///     println!("welcome, {}", event.data);
/// }
///
/// let orders = ConsumerSpec::of("order-service", ["user-events", "payment-events"])
///     .on(EventHandlerSpec::of("user.created", welcome))
///     .max_retries(5);
/// # let _ = orders;
/// ```
#[derive(Clone)]
pub struct ConsumerSpec {
    name: String,
    place: Place,
    pub(crate) topics: Vec<String>,
    retry_policy: Option<RetryPolicy>,
    /// The type by which handlers name it.
    named_by: Option<ConsumerType>,
    /// Those given to it by hand.
    pub(crate) handlers: Vec<EventHandlerSpec>,
    pub(crate) keys: Keys,
}

impl ConsumerSpec {
    /// A consumer of these topics in `group`, which is its name as well. It has no handlers yet: add them with
    /// [`ConsumerSpec::on`].
    #[track_caller]
    pub fn of<T: TopicRef>(group: impl Into<String>, topics: impl IntoIterator<Item = T>) -> ConsumerSpec {
        let group = group.into();
        let spec = ConsumerSpec::new(group.clone(), Place::of_caller()).group_id(group);
        topics.into_iter().fold(spec, ConsumerSpec::topic)
    }

    /// What `#[consumer]` calls.
    #[doc(hidden)]
    pub fn new(name: impl Into<String>, place: Place) -> ConsumerSpec {
        ConsumerSpec {
            name: name.into(),
            place,
            topics: Vec::new(),
            retry_policy: None,
            named_by: None,
            handlers: Vec::new(),
            keys: Keys::default(),
        }
    }

    /// Handlers name it by this type.
    #[doc(hidden)]
    pub fn named_by<C: EventConsumer>(mut self) -> ConsumerSpec {
        self.named_by = Some(ConsumerType::of::<C>());
        self
    }

    /// Gives it another name than its group's: in the log, in dead letters and in lists.
    pub fn named(mut self, name: impl Into<String>) -> ConsumerSpec {
        self.name = name.into();
        self
    }

    /// Reads one more topic.
    pub fn topic(mut self, topic: impl TopicRef) -> ConsumerSpec {
        self.topics.push(topic.topic_name().to_owned());
        self
    }

    /// Handles one more event.
    pub fn on(mut self, handler: EventHandlerSpec) -> ConsumerSpec {
        self.handlers.push(handler);
        self
    }

    /// The topic for records that are given up, whatever topic they came from; unset: `{topic}.dlq` for each.
    pub fn dlq_topic(mut self, topic: impl TopicRef) -> ConsumerSpec {
        self.keys.dlq_topic = Some(topic.topic_name().to_owned());
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it stands in the source.
    pub fn place(&self) -> Place {
        self.place
    }

    /// How failed records are tried again. A single key, such as `max_retries`, counts instead of what the policy says
    /// of it.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> ConsumerSpec {
        self.retry_policy = Some(policy);
        self
    }

    /// The topics it reads, without the setting `topic_prefix`.
    pub fn topics(&self) -> &[String] {
        &self.topics
    }

    /// The name of the type that is the consumer; `None` for one made by hand.
    pub fn type_name(&self) -> Option<&'static str> {
        self.named_by.map(|consumer| consumer.name)
    }

    /// All keys at once.
    pub(crate) fn with_keys(self, keys: Keys) -> ConsumerSpec {
        ConsumerSpec { keys, ..self }
    }

    /// Its group, where the source names one; `None`: what the settings `kafka_group_id` and `service` say.
    pub fn group(&self) -> Option<&str> {
        self.keys.group_id.as_deref()
    }

    /// What of it is decided as for a worker.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            kind: Kind::Consumer,
            name: &self.name,
            place: self.place,
            topics: &self.topics,
            output: None,
            keys: self
                .keys
                .clone()
                .or(self.retry_policy.map(Keys::of_policy).unwrap_or_default()),
        }
    }

    /// Whether `handler` stands somewhere else and names this consumer.
    pub(crate) fn is_named_by(&self, handler: &EventHandlerSpec) -> bool {
        self.named_by.is_some() && self.named_by == handler.consumer
    }
}

impl fmt::Debug for ConsumerSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topics = self.topics.join(", ");
        write!(f, "consumer {} of {topics} ({})", self.name, self.place)
    }
}

/// The description of the handler of one event: what `#[on_event]` leaves behind, and what is written by hand.
///
/// Its first argument is the event's data, read from `data` where the record has that and from the whole where it has
/// not; or [`Event<T>`](crate::Event), the whole envelope. `String` and `Bytes` get the JSON as it is written.
#[derive(Clone)]
pub struct EventHandlerSpec {
    name: String,
    event: String,
    place: Place,
    pub(crate) consumer: Option<ConsumerType>,
    make: MakeEvent,
    pub(crate) fallback: Option<Fallback>,
}

/// Makes the handler, once the App knows what it provides.
type MakeEvent = Arc<dyn Fn(&Context) -> MadeEvent + Send + Sync>;

impl EventHandlerSpec {
    /// Handles the events called `event` with `handler`, whose name it has.
    #[track_caller]
    pub fn of<M: 'static, H: EventHandler<M, Answer: EventAnswer> + Clone>(
        event: impl Into<String>,
        handler: H,
    ) -> EventHandlerSpec {
        let path = std::any::type_name::<H>();
        let name = path.rsplit("::").next().unwrap_or(path);
        EventHandlerSpec::new(name, event, Place::of_caller(), move |context| {
            erase_event(handler.clone(), None, context)
        })
    }

    /// What `#[on_event]` calls.
    #[doc(hidden)]
    pub fn new(
        name: impl Into<String>,
        event: impl Into<String>,
        place: Place,
        make: impl Fn(&Context) -> MadeEvent + Send + Sync + 'static,
    ) -> EventHandlerSpec {
        EventHandlerSpec {
            name: name.into(),
            event: event.into(),
            place,
            consumer: None,
            make: Arc::new(make),
            fallback: None,
        }
    }

    /// It belongs to the consumer that is this type.
    #[doc(hidden)]
    pub fn consumer<C: EventConsumer>(mut self) -> EventHandlerSpec {
        self.consumer = Some(ConsumerType::of::<C>());
        self
    }

    /// Reads the handler's errors with `classify` instead of looking for a [`crate::HandlerError`] in them.
    pub fn classify<M: 'static, H: EventHandler<M> + Clone>(
        mut self,
        handler: H,
        classify: fn(&H::Error) -> Verdict,
    ) -> EventHandlerSpec {
        self.make = Arc::new(move |context| erase_event(handler.clone(), Some(classify), context));
        self
    }

    /// What makes the [`Instance`](crate::extract::Instance) that it takes, when the App gives none; `None`: the App
    /// must give one.
    pub fn default_instance<T: Send + Sync + 'static>(
        mut self,
        default: Option<fn() -> T>,
    ) -> EventHandlerSpec {
        self.fallback = default.map(fallback);
        self
    }

    /// The function's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the event.
    pub fn event(&self) -> &str {
        &self.event
    }

    /// Where it stands in the source.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The path of the type of its consumer, such as `shop::OrderEvents`; `None` for one given to a consumer by hand.
    pub fn consumer_type_name(&self) -> Option<&'static str> {
        self.consumer.map(|consumer| consumer.name)
    }

    pub(crate) fn make(&self, context: &Context) -> MadeEvent {
        (self.make)(context)
    }
}

impl fmt::Debug for EventHandlerSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "handler {} of event {} ({})",
            self.name, self.event, self.place
        )
    }
}
