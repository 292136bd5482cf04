//! Messages in bytes, as commands send them: each answered by its receipt.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::connection::{Connection, failed};
use super::shown::Parts;
use crate::broker::{Answer, BrokerError, NotQueued, Outbound, Publisher, Receipt, Waiter};
use crate::error::{Error, Kind, Result};

/// Sends to topics as the broker names them.
pub(super) struct Sender {
    publisher: Arc<dyn Publisher>,
}

/// A message on its way.
pub(super) struct Sent {
    topic: String,
    answer: oneshot::Receiver<Answer>,
}

impl Sender {
    /// # Errors
    /// When the client cannot be made.
    pub(super) fn open(connection: &Connection) -> Result<Sender> {
        // Each message has somebody who waits for it, and tells.
        let publisher = connection.broker.publisher(Arc::new(|_, _| {}));
        let publisher = publisher.map_err(failed("the producer could not be made"))?;
        Ok(Sender { publisher })
    }

    /// Queues a message, and waits while the queue is full.
    ///
    /// # Errors
    /// When it will never be taken.
    pub(super) async fn send(&self, topic: &str, message: &Parts) -> Result<Sent> {
        let (waiter, answer) = Waiter::channel();
        let mut waiter = Some(waiter);
        let outbound = Outbound {
            topic,
            key: message.key.as_deref(),
            value: message.value.as_deref(),
            headers: &message.headers,
        };
        loop {
            match self.publisher.enqueue(outbound, &mut waiter) {
                Ok(()) => break,
                Err(NotQueued::Full) => self.publisher.room().await,
                Err(NotQueued::Refused(source)) => return Err(not_written(topic, source)),
            }
        }
        let topic = topic.to_owned();
        Ok(Sent { topic, answer })
    }

    /// Sends what is queued now.
    pub(super) fn hurry(&self) {
        self.publisher.hurry();
    }
}

impl Sent {
    /// Waits for its receipt.
    ///
    /// # Errors
    /// When it was not written.
    pub(super) async fn receipt(self) -> Result<Receipt> {
        match self.answer.await.unwrap_or(Err(BrokerError::Closed)) {
            Ok(place) => Ok(Receipt::written(self.topic, place)),
            Err(source) => Err(not_written(&self.topic, source)),
        }
    }
}

fn not_written(topic: &str, source: BrokerError) -> Error {
    let topic = topic.to_owned();
    Kind::Publish { topic, source }.into()
}
