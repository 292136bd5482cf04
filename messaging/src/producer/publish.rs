//! A message on its way.

use std::future::IntoFuture;
use std::sync::Arc;

use bytes::Bytes;

use super::{Producer, Sending};
use crate::broker::Receipt;
use crate::error::{Error, Result};
use crate::message::Headers;

/// A message on its way; await it.
#[must_use = "nothing is sent until it is awaited"]
#[derive(Debug)]
pub struct Publish {
    pub(super) message: Result<Outgoing>,
    pub(super) wait: bool,
}

/// A message, and who sends it.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) producer: Producer,
    /// As the broker names it.
    pub(super) topic: String,
    pub(super) key: Option<Bytes>,
    pub(super) headers: Headers,
    /// `None` is a tombstone.
    pub(super) value: Option<Bytes>,
}

impl Publish {
    pub(crate) fn failed(error: Error) -> Publish {
        Publish {
            message: Err(error),
            wait: true,
        }
    }

    /// Sets the key, which decides the partition and what stays in order.
    pub fn key(self, key: impl Into<Bytes>) -> Publish {
        self.with(|message| message.key = Some(key.into()))
    }

    /// Adds a header.
    pub fn header(self, name: impl Into<Arc<str>>, value: impl Into<Bytes>) -> Publish {
        self.with(|message| message.headers.push(name, value))
    }

    /// Adds a header whose value is null, which is not an empty one.
    pub fn null_header(self, name: impl Into<Arc<str>>) -> Publish {
        self.with(|message| message.headers.push_null(name))
    }

    /// Adds these headers behind the others, duplicates and nulls included.
    pub fn headers(self, headers: Headers) -> Publish {
        self.with(|message| message.headers.append(headers))
    }

    /// `false`: return when the message is queued; the receipt then has no offset. `true`: wait for the broker's
    /// receipt. The setting `kafka_fire_and_forget` decides where nothing is said.
    ///
    /// What is queued is lost when the process ends before it was acknowledged. [`Running::join`](crate::Running::join)
    /// waits for the messages of its App; without an App, or with one that is not joined, await [`Producer::flush`]
    /// before `main` returns:
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
    /// How many messages were unsent is logged as an error when their App ends, when the last clone of their producer
    /// is dropped, and for the producer made from the environment when the tokio runtime ends in which it is used. A
    /// process that ends by `std::process::exit`, or by a signal that nobody handles, logs nothing.
    pub fn wait(mut self, wait: bool) -> Publish {
        self.wait = wait;
        self
    }

    /// A message that failed already stays as it is.
    fn with(mut self, change: impl FnOnce(&mut Outgoing)) -> Publish {
        if let Ok(message) = &mut self.message {
            change(message);
        }
        self
    }
}

impl IntoFuture for Publish {
    type Output = Result<Receipt>;
    type IntoFuture = Sending;

    fn into_future(self) -> Sending {
        Sending::new(self)
    }
}
