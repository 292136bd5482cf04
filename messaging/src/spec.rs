//! Descriptions of workers, consumers, topics and publishers: what a macro leaves behind, and what is written by hand.
//!
//! Every key is an `Option` here; defaults are applied once, where the settings are resolved.

mod consumer;
mod keys;
mod publisher;
mod reading;
mod source;

pub use publisher::{PublisherKind, PublisherSpec};

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use bytes::Bytes;

use crate::delivery::policy::RetryPolicy;
use crate::extract::{Context, Missing, States};
use crate::handler::{ErasedHandler, Handler, erase};
use crate::outcome::Verdict;
use crate::payload::DecodeError;
use crate::schema::{SchemaSource, Schemas};
use crate::topic::TopicRef;
use crate::worker::{Class, Worker};

pub use consumer::{ConsumerSpec, EventHandlerSpec};
pub use keys::worker_keys_table;
pub(crate) use keys::{Decided, Keys, WORKER_KEYS, WorkerKey};

/// Where in the source an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The module's path; empty for an item made by hand.
    pub module: &'static str,
    /// The file, as the compiler names it.
    pub file: &'static str,
    /// The line.
    pub line: u32,
    /// The package the item stands in, part of the default group; empty for an item made by hand.
    pub package: &'static str,
}

impl Place {
    #[track_caller]
    pub(crate) fn of_caller() -> Place {
        let here = Location::caller();
        Place {
            module: "",
            file: here.file(),
            line: here.line(),
            package: "",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A handler, or all that it lacks.
pub type Made = Result<Arc<dyn ErasedHandler>, Vec<Missing>>;

/// Makes the handler, once the App knows what it provides.
pub type Make = Arc<dyn Fn(&Context) -> Made + Send + Sync>;

/// The key that a topic's type gives to a payload of its schema.
pub type KeyOf = fn(&dyn Any) -> Option<Bytes>;

/// Gives the value whose methods are handlers, unless the program gives one.
pub(crate) type Fallback = Arc<dyn Fn(&mut States) + Send + Sync>;

pub(crate) fn fallback<T: Send + Sync + 'static>(default: fn() -> T) -> Fallback {
    Arc::new(move |states: &mut States| states.fall_back(default))
}

/// Where a worker's outputs go.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) topic: String,
    pub(crate) key_of: Option<KeyOf>,
}

impl Target {
    pub(crate) fn of<T: TopicRef>(topic: T) -> Target {
        Target {
            topic: topic.topic_name().to_owned(),
            key_of: T::keyer(),
        }
    }
}

/// The description of a worker: what `#[worker]` leaves behind, and what is written by hand.
///
/// ```
/// use messaging::WorkerSpec;
///
/// async fn shout(text: String) -> String {
///     text.to_uppercase()
/// }
///
/// let spec = WorkerSpec::of("shout", "quiet", shout).output_topic("loud").max_retries(5);
/// # let _ = spec;
/// ```
#[derive(Clone)]
pub struct WorkerSpec {
    name: String,
    place: Place,
    /// One, unless it was made for a consumer by hand.
    topics: Vec<String>,
    make: Make,
    pub(crate) fallback: Option<Fallback>,
    pub(crate) output: Option<Target>,
    pub(crate) retry_policy: Option<RetryPolicy>,
    pub(crate) schemas: Schemas,
    pub(crate) keys: Keys,
}

impl WorkerSpec {
    /// A worker called `name` that handles the records of `topic` with `handler`.
    #[track_caller]
    pub fn of<M: 'static, H: Handler<M> + Clone>(
        name: impl Into<String>,
        topic: impl TopicRef,
        handler: H,
    ) -> WorkerSpec {
        WorkerSpec::new(name, Place::of_caller(), topic, move |context| {
            erase(handler.clone(), None, context)
        })
    }

    /// A worker called `name` whose method [`process`](Worker::process) handles the records of `topic`, or
    /// [`process_batch`](Worker::process_batch) when it is given a [`batch_size`](Self::batch_size) or a
    /// [`batch_timeout`](Self::batch_timeout).
    #[track_caller]
    pub fn worker<W: Worker>(name: impl Into<String>, topic: impl TopicRef, worker: W) -> WorkerSpec {
        WorkerSpec::class(name, topic, Class::of(worker))
    }

    /// The same, when more is to be said of it than its value.
    #[track_caller]
    pub fn class<W: Worker>(name: impl Into<String>, topic: impl TopicRef, class: Class<W>) -> WorkerSpec {
        let make = move |context: &Context| class.make(context);
        WorkerSpec::new(name, Place::of_caller(), topic, make)
    }

    /// What `#[worker]` calls.
    #[doc(hidden)]
    pub fn new(
        name: impl Into<String>,
        place: Place,
        topic: impl TopicRef,
        make: impl Fn(&Context) -> Made + Send + Sync + 'static,
    ) -> WorkerSpec {
        let topics = vec![topic.topic_name().to_owned()];
        WorkerSpec::by_hand(name.into(), place, topics, Arc::new(make))
    }

    /// A worker of several topics, with a handler that is made already.
    pub(crate) fn by_hand(name: String, place: Place, topics: Vec<String>, make: Make) -> WorkerSpec {
        WorkerSpec {
            name,
            place,
            topics,
            make,
            fallback: None,
            output: None,
            retry_policy: None,
            schemas: Schemas::default(),
            keys: Keys::default(),
        }
    }

    /// Where it stands in the source, when that is not where this is called.
    #[doc(hidden)]
    pub fn at(mut self, place: Place) -> WorkerSpec {
        self.place = place;
        self
    }

    /// Reads the handler's errors with `classify` instead of looking for a [`crate::HandlerError`] in them.
    pub fn classify<M: 'static, H: Handler<M> + Clone>(
        mut self,
        handler: H,
        classify: fn(&H::Error) -> Verdict,
    ) -> WorkerSpec {
        self.make = Arc::new(move |context| erase(handler.clone(), Some(classify), context));
        self
    }

    /// The topic that what the handler returns is published to; unset: the handler returns nothing to publish,
    /// or messages that name their topic.
    pub fn output_topic<T: TopicRef>(mut self, topic: T) -> WorkerSpec {
        self.output = Some(Target::of(topic));
        self
    }

    /// The topic for records that are given up; unset: `{topic}.dlq`.
    pub fn dlq_topic(mut self, topic: impl TopicRef) -> WorkerSpec {
        self.keys.dlq_topic = Some(topic.topic_name().to_owned());
        self
    }

    /// When a failed record is tried again; what `max_retries` and the `retry_` keys say comes before it.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> WorkerSpec {
        self.retry_policy = Some(policy);
        self
    }

    /// The JSON Schema of what it reads; needs the feature `json-schema`. A record that does not fit, which includes
    /// one that is no JSON, is given up without a try, with the reason `decode`.
    pub fn input_schema(mut self, schema: impl SchemaSource) -> WorkerSpec {
        self.schemas.input = Some(Arc::new(schema));
        self
    }

    /// The JSON Schema of what it returns; needs the feature `json-schema`. When a record has an output that does not
    /// fit, nothing of it is published, and it is given up with the reason `output`.
    pub fn output_schema(mut self, schema: impl SchemaSource) -> WorkerSpec {
        self.schemas.output = Some(Arc::new(schema));
        self
    }

    /// What makes the [`Instance`](crate::extract::Instance) that its handler takes, when the App gives none; `None`:
    /// the App must give one.
    pub fn default_instance<T: Send + Sync + 'static>(mut self, default: Option<fn() -> T>) -> WorkerSpec {
        self.fallback = default.map(fallback);
        self
    }

    /// The keys it was given, one by one or by a policy; a single key stands above the policy.
    pub(crate) fn given(&self) -> Keys {
        let policy = self.retry_policy.map(Keys::of_policy).unwrap_or_default();
        self.keys.clone().or(policy)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it stands in the source.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The topic it reads, without the setting `topic_prefix`.
    pub fn topic(&self) -> &str {
        self.topics.first().map_or("", String::as_str)
    }

    /// All keys at once.
    pub(crate) fn with_keys(self, keys: Keys) -> WorkerSpec {
        WorkerSpec { keys, ..self }
    }

    pub(crate) fn make(&self, context: &Context) -> Made {
        (self.make)(context).and_then(|handler| self.schemas.around(handler))
    }

    /// What of it is decided as for a consumer.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            kind: Kind::Worker,
            name: &self.name,
            place: self.place,
            topics: &self.topics,
            output: self.output.as_ref(),
            keys: self.given(),
        }
    }
}

impl fmt::Debug for WorkerSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "worker {} on {} ({})",
            self.name,
            self.topics.join(", "),
            self.place
        )
    }
}

/// What runs: a handler of one topic, or of the events of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Worker,
    Consumer,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Worker => "worker",
            Kind::Consumer => "consumer",
        })
    }
}

/// What workers and consumers have in common.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: &'a str,
    pub(crate) place: Place,
    pub(crate) topics: &'a [String],
    pub(crate) output: Option<&'a Target>,
    /// All that the source says of its keys.
    pub(crate) keys: Keys,
}

/// The description of a topic: what `#[topic]` leaves behind.
#[derive(Clone, Debug)]
pub struct TopicSpec {
    name: String,
    place: Place,
    schema: Option<&'static str>,
    key: Option<&'static str>,
    read: Option<ReadKey>,
}

/// Reads a value as a topic's schema, and gives its key.
type ReadKey = fn(&[u8]) -> Result<Option<Bytes>, DecodeError>;

impl TopicSpec {
    /// A topic of this name, without the setting `topic_prefix`.
    #[doc(hidden)]
    pub fn new(name: impl Into<String>, place: Place) -> TopicSpec {
        TopicSpec {
            name: name.into(),
            place,
            schema: None,
            key: None,
            read: None,
        }
    }

    /// The name of the type its records hold.
    #[doc(hidden)]
    pub fn schema(mut self, type_name: &'static str) -> TopicSpec {
        self.schema = Some(type_name);
        self
    }

    /// How a value is read as the schema.
    #[doc(hidden)]
    pub fn read_by(mut self, read: fn(&[u8]) -> Result<Option<Bytes>, DecodeError>) -> TopicSpec {
        self.read = Some(read);
        self
    }

    /// The field that is the key.
    #[doc(hidden)]
    pub fn key(mut self, field: &'static str) -> TopicSpec {
        self.key = Some(field);
        self
    }

    /// Its name, without the setting `topic_prefix`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it stands in the source.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The name of the Rust type its records hold.
    pub fn schema_name(&self) -> Option<&'static str> {
        self.schema
    }

    /// The key of a record with this value; `None` for a topic without a schema.
    #[cfg(feature = "cli")]
    pub(crate) fn key_in(&self, value: &[u8]) -> Option<Result<Option<Bytes>, DecodeError>> {
        self.read.map(|read| read(value))
    }

    /// The field that is its records' key.
    pub fn key_field(&self) -> Option<&'static str> {
        self.key
    }
}
