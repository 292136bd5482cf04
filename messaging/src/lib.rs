//! Event-driven services from annotated Rust functions: a worker is an async function, a program discovers its workers
//! and drives them against Kafka or an in-memory broker. Failures are retried, then dead-lettered; nothing is committed
//! before it is done.
//!
//! | to | write |
//! |---|---|
//! | handle the records of a topic | [`macro@worker`] on an async function, or [`WorkerSpec::of`] |
//! | let a type be a message | [`macro@Payload`] on a serde type; [`Json`] around a foreign one |
//! | give a topic a type, with its key | [`macro@topic`] on a unit struct |
//! | handle many records at once | a first argument of type [`Batch`] |
//! | get more than the payload | extractors: [`State`], [`Headers`](extract::Headers), [`Key`], [`Attempt`], [`Producer`], your own [`FromDelivery`] |
//! | decide about a failure | [`HandlerError`], or `classify` |
//! | send | [`publish`], [`Producer`], or return a value and name an `output_topic` |
//! | consume without an App | [`create_consumer`], [`Consumer`]: with a handler, or as a stream with explicit acknowledgement |
//! | run | [`App`] |
//! | test | `App::only(["name"])` with a [`broker::memory::MemoryBroker`] |
//!
//! # The README
#![doc = include_str!("../../README.md")]

mod app;
pub mod broker;
mod by_hand;
mod caught;
pub mod check;
#[cfg(feature = "cli")]
mod cli;
mod consumer;
pub mod delivery;
mod error;
pub mod event;
pub mod extract;
pub mod handler;
pub mod headers;
mod message;
pub mod name;
pub mod outcome;
pub mod payload;
#[doc(hidden)]
pub mod private;
mod producer;
pub mod record;
pub mod registry;
mod runtime;
pub mod settings;
pub mod spec;
pub mod topic;
#[doc(hidden)]
pub use private as __private;

pub use app::{App, Layer, Running};
pub use by_hand::{Consumer, Deliveries, Received, create_consumer};
pub use consumer::EventConsumer;
pub use error::{Error, Result};
pub use event::Event;
pub use extract::{Context, FromDelivery, Missing, Rejection, State};
pub use handler::Batch;
pub use message::{Delivery, Headers, Message};
pub use messaging_macros::{Payload, topic, worker};
pub use outcome::{HandlerError, Verdict};
pub use payload::{Json, Payload};
pub use producer::{OnFailure, Producer, Publish, publish};
pub use spec::{ConsumerSpec, EventHandlerSpec, Place, TopicSpec, WorkerSpec};
pub use topic::Topic;

/// Any error that can cross threads.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub use broker::{NewTopic, Receipt};
pub use extract::{Attempt, Key, Offset, Partition, Timestamp, TopicName};
pub use runtime::health::{GroupHealth, Health, Held};
pub use runtime::observer::{Observation, Observer};

/// What a program of workers names most. It has no `Result`, so that yours keeps its meaning.
pub mod prelude {
    pub use crate::extract::{Attempt, Headers, Key, Offset, Partition, State, Timestamp, TopicName};
    pub use crate::{
        App, Batch, Delivery, Event, HandlerError, Json, Message, Payload, Producer, publish, topic, worker,
    };
}
