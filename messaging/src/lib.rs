//! Event-driven services from annotated Rust functions: a worker is an async function, a program discovers its workers
//! and drives them against Kafka or an in-memory broker. Failures are retried, then dead-lettered; nothing is committed
//! before it is done.
//!
//! | to | write |
//! |---|---|
//! | handle the records of a topic | [`macro@worker`] on an async function, or [`WorkerSpec::of`] |
//! | the same, with one delay for all retries | [`macro@message_handler`] on an async function |
//! | handle events by their names | [`macro@consumer`] on an `impl` or a struct, [`macro@on_event`] on its handlers, or [`ConsumerSpec::of`] |
//! | let a type be a message | [`macro@Payload`] on a serde type; [`Json`] around a foreign one |
//! | give a topic a type, with its key | [`macro@topic`] on a unit struct |
//! | handle records with methods of a type of yours | [`macro@worker`] on `impl Worker for` it, or [`WorkerSpec::worker`] |
//! | handle many records at once | a first argument of type [`Batch`]; in class style `batch_size` and [`Worker::process_batch`] |
//! | get more than the payload | extractors: [`State`], [`Headers`](extract::Headers), [`Key`], [`Attempt`], [`Producer`], your own [`FromDelivery`] |
//! | try failed records again as one policy says | [`RetryPolicy`], in a constant that `retry_policy` names |
//! | check JSON of any shape | `input_schema` and `output_schema` of [`macro@worker`], with the feature `json-schema`; see [`schema`] |
//! | decide about a failure, or say why | [`HandlerError`], or `classify`; [`BoxError`] for `?` on any error |
//! | send | [`publish`], [`Producer`], or return a value and name an `output_topic` |
//! | publish what any function returns | [`macro@producer`] on it; [`macro@event`] for an event with a name, an id and a time |
//! | publish the events of a domain model | [`DomainEvent`] and [`EventPublisher`] |
//! | publish without an App, as from a web server | [`start_all_producers`], [`stop_all_producers`], or a [`Producer::connect`] of your own |
//! | make topics, look at them and at groups | [`App::create_topics`], [`Producer::create_topics`], [`Producer::admin`] |
//! | end everything in the process | [`shutdown`]; [`shutdown_requested`] waits for SIGTERM and Ctrl-C, as beside a web server |
//! | consume without an App | [`create_consumer`], [`Consumer`]: with a handler, or as a stream with explicit acknowledgement |
//! | run | [`App`] |
//! | log to standard error without a subscriber of your own | `init_log`, with the feature `cli`; [`App::cli`] does it by itself |
//! | set | [`configure`], [`App::configure`], `messaging.toml`, `.env`, the environment: [`settings`] |
//! | prove to Kafka by tokens who the program is | [`App::kafka_token`], [`configure_kafka_token`], with the feature `kafka-tls` |
//! | run some workers, look at topics and groups, find out what is wrong | the commands of [`App::cli`] |
//! | test | `App::only(["name"])` with a [`broker::memory::MemoryBroker`] and its `wait_for`; [`Cx::builder`] for methods of a type |
//!
//! # The README
#![doc = include_str!("../../README.md")]

#[doc(hidden)]
pub mod __private;
mod app;
#[cfg(doctest)]
mod book;
pub mod broker;
mod by_hand;
mod caught;
pub mod check;
#[cfg(feature = "cli")]
mod cli;
mod consumer;
pub mod delivery;
mod domain_event;
mod error;
pub mod event;
pub mod extract;
pub mod handler;
pub mod headers;
mod living;
mod lock;
#[cfg(feature = "cli")]
mod logging;
mod lookups;
mod message;
pub mod name;
mod nearest;
pub mod outcome;
pub mod payload;
mod producer;
mod program;
pub mod publishing;
pub mod record;
mod registry;
mod runtime;
pub mod schema;
pub mod settings;
pub mod spec;
pub mod topic;
pub mod worker;

pub use bytes::Bytes;

pub use app::{App, Layer, Running, shutdown, shutdown_requested};
pub use by_hand::{Consumer, Deliveries, Received, create_consumer};
pub use consumer::EventConsumer;
pub use delivery::policy::RetryPolicy;
pub use domain_event::{DomainEvent, EventPublisher};
pub use error::{Error, Result};
pub use event::Event;
pub use extract::{Context, FromDelivery, Missing, Rejection, State};
pub use handler::Batch;
#[cfg(feature = "cli")]
pub use logging::init_log;
pub use lookups::{
    get_all_consumers, get_all_event_handlers, get_all_publishers, get_all_topics, get_all_workers, get_topic,
};
pub use message::{Delivery, Headers, Message};
pub use messaging_macros::{Payload, consumer, event, message_handler, on_event, producer, topic, worker};
pub use outcome::{HandlerError, Verdict};
pub use payload::{Json, Payload};
pub use producer::{
    BatchError, BatchItem, OnFailure, Producer, Publish, Sending, get_producer, publish, start_all_producers,
    stop_all_producers,
};
pub use settings::{configure, configure_kafka_token, configure_messaging};
pub use spec::{ConsumerSpec, EventHandlerSpec, Place, PublisherKind, PublisherSpec, TopicSpec, WorkerSpec};
pub use topic::Topic;
pub use worker::{Cx, Worker};

/// Any error that can cross threads.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub use broker::{NewTopic, Receipt};
pub use extract::{Attempt, Key, Offset, Partition, Timestamp, TopicName};
pub use runtime::health::{GroupHealth, Health, Held};
pub use runtime::observer::{Observation, Observer};

/// What a program of workers names most. It has no `Result`, so that yours keeps its meaning.
pub mod prelude {
    pub use crate::extract::{Attempt, Headers, Key, Offset, Partition, State, Timestamp, TopicName};
    pub use crate::worker::LastFailure;
    pub use crate::{
        App, Batch, BoxError, Bytes, Cx, Delivery, Event, HandlerError, Json, Message, Payload, Producer,
        Worker, consumer, event, message_handler, on_event, producer, publish, topic, worker,
    };
}
