//! Descriptions of workers, consumers and topics: what a macro leaves behind, and what is written by hand.
//!
//! Every key is an `Option` here; defaults are applied once, where the settings are resolved.

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::by_hand::Consumer;
use crate::delivery::policy::{Backoff, OnExhausted, Order};
use crate::extract::{Context, Missing, States};
use crate::handler::{ErasedHandler, Handler, erase};
use crate::outcome::Verdict;
use crate::settings::OffsetReset;
use crate::topic::TopicRef;

mod consumer;

pub use consumer::{ConsumerSpec, EventHandlerSpec};

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
    pub(crate) dlq_topic: Option<String>,
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
            dlq_topic: None,
            keys: Keys::default(),
        }
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
        self.output = Some(Target {
            topic: topic.topic_name().to_owned(),
            key_of: T::keyer(),
        });
        self
    }

    /// The topic for records that are given up; unset: `{topic}.dlq`.
    pub fn dlq_topic(mut self, topic: impl TopicRef) -> WorkerSpec {
        self.dlq_topic = Some(topic.topic_name().to_owned());
        self
    }

    /// What makes the [`Instance`](crate::extract::Instance) that its handler takes, when the App gives none; `None`: the
    /// App must give one.
    pub fn default_instance<T: Send + Sync + 'static>(mut self, default: Option<fn() -> T>) -> WorkerSpec {
        self.fallback = default.map(fallback);
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

    /// The topic it reads, without the setting `topic_prefix`.
    pub fn topic(&self) -> &str {
        self.topics.first().map_or("", String::as_str)
    }

    /// All keys at once.
    pub(crate) fn with_keys(self, keys: Keys) -> WorkerSpec {
        WorkerSpec { keys, ..self }
    }

    pub(crate) fn make(&self, context: &Context) -> Made {
        (self.make)(context)
    }

    /// What of it is decided as for a consumer.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            kind: Kind::Worker,
            name: &self.name,
            place: self.place,
            topics: &self.topics,
            output: self.output.as_ref(),
            dlq_topic: self.dlq_topic.as_deref(),
            keys: &self.keys,
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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: &'a str,
    pub(crate) place: Place,
    pub(crate) topics: &'a [String],
    pub(crate) output: Option<&'a Target>,
    pub(crate) dlq_topic: Option<&'a str>,
    pub(crate) keys: &'a Keys,
}

/// The builder methods of a kind of description.
macro_rules! builders {
    ($spec:ident: $($(#[$doc:meta])* $key:ident: $given:ty => $kept:ty;)*) => {
        impl $spec {
            $($(#[$doc])*
            pub fn $key(mut self, $key: $given) -> $spec {
                self.keys.$key = Some($key.into());
                self
            })*
        }
    };
}

/// One row per key: its field, its builder method, its meaning. The last of them are for workers alone.
macro_rules! keys {
    (
        $($(#[$doc:meta])* $key:ident: $given:ty => $kept:ty;)*
        @workers_alone:
        $($(#[$own_doc:meta])* $own:ident: $own_given:ty => $own_kept:ty;)*
    ) => {
        /// The keys a worker or a consumer was given.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub(crate) struct Keys {
            $(pub(crate) $key: Option<$kept>,)*
            $(pub(crate) $own: Option<$own_kept>,)*
        }

        builders! { WorkerSpec: $($(#[$doc])* $key: $given => $kept;)* $($(#[$own_doc])* $own: $own_given => $own_kept;)* }
        builders! { ConsumerSpec: $($(#[$doc])* $key: $given => $kept;)* }
        builders! { Consumer: $($(#[$doc])* $key: $given => $kept;)* }
    };
}

keys! {
    /// The consumer group; unset: the setting `kafka_group_id`, else `{service}.{name}`.
    group_id: impl Into<String> => String;
    /// How many lanes run at a time; 1.
    concurrency: usize => usize;
    /// Which records must stay in order; [`Order::Key`].
    order: Order => Order;
    /// How often a failed record is tried again; 3.
    max_retries: u32 => u32;
    /// How the delay between tries grows; [`Backoff::Exponential`].
    retry_backoff: Backoff => Backoff;
    /// The delay before the first retry; 1 s. Zero: every retry comes at once, however delays grow.
    retry_delay: Duration => Duration;
    /// The longest delay between tries; 1 h.
    retry_max_delay: Duration => Duration;
    /// The share of a delay, 0 to 1, that is drawn by chance; 0.
    retry_jitter: f64 => f64;
    /// How long one try may take; unset: no limit.
    timeout: Duration => Duration;
    /// What happens to a record that is given up; [`OnExhausted::Dlq`].
    on_exhausted: OnExhausted => OnExhausted;
    /// The most records started or queued; max(4 × `concurrency`, 1000). One whose outputs wait for their
    /// acknowledgement counts by its bytes only.
    max_in_flight: usize => usize;
    /// The bytes of records, started, queued or waiting for an acknowledgement, at which no more are taken in; 64 MiB.
    /// The record that passes it is the last, so that a large one waits for nothing but its turn.
    max_bytes: usize => usize;
    /// The most records done behind an unfinished one, per partition; 100,000.
    max_ahead: usize => usize;
    /// Where a group without a valid offset begins; the setting `kafka_auto_offset_reset`.
    auto_offset_reset: OffsetReset => OffsetReset;
    @workers_alone:
    /// The most records of one batch, for handlers of `Batch<_>`; 100.
    batch_size: usize => usize;
    /// How long a batch waits to fill, for handlers of `Batch<_>`; 100 ms.
    batch_timeout: Duration => Duration;
}

/// The description of a topic: what `#[topic]` leaves behind.
#[derive(Clone, Debug)]
pub struct TopicSpec {
    name: String,
    place: Place,
    schema: Option<&'static str>,
    key: Option<&'static str>,
}

impl TopicSpec {
    /// A topic of this name, without the setting `topic_prefix`.
    #[doc(hidden)]
    pub fn new(name: impl Into<String>, place: Place) -> TopicSpec {
        TopicSpec {
            name: name.into(),
            place,
            schema: None,
            key: None,
        }
    }

    /// The name of the type its records hold.
    #[doc(hidden)]
    pub fn schema(mut self, type_name: &'static str) -> TopicSpec {
        self.schema = Some(type_name);
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

    /// The field that is its records' key.
    pub fn key_field(&self) -> Option<&'static str> {
        self.key
    }
}
