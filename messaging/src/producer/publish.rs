//! A message on its way.

use std::future::IntoFuture;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::Producer;
use crate::broker::{BrokerError, NotQueued, Outbound, Receipt};
use crate::error::{Error, Kind, Result};
use crate::message::Headers;
use crate::name::check_topic;

/// A message on its way; await it.
#[must_use = "nothing is sent until it is awaited"]
#[derive(Debug)]
pub struct Publish {
    pub(super) producer: Result<Producer>,
    pub(super) topic: String,
    pub(super) key: Option<Bytes>,
    pub(super) headers: Headers,
    /// `None` is a tombstone.
    pub(super) value: Result<Option<Bytes>>,
    pub(super) wait: bool,
}

impl Publish {
    pub(crate) fn failed(error: Error) -> Publish {
        Publish {
            producer: Err(error),
            topic: String::new(),
            key: None,
            headers: Headers::new(),
            value: Ok(None),
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

    /// Adds a header whose value is null, which is not an empty one.
    pub fn null_header(mut self, name: impl Into<Arc<str>>) -> Publish {
        self.headers.push_null(name);
        self
    }

    /// Adds these headers behind the others, duplicates and nulls included.
    pub fn headers(mut self, headers: Headers) -> Publish {
        self.headers.append(headers);
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
            let message = Outbound::new(&self.topic, self.key.as_ref(), value.as_ref(), &self.headers);
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
