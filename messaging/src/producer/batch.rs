//! Many messages at once.

mod error;
mod hand_over;
mod item;

pub use error::BatchError;
pub use item::BatchItem;

use tokio::sync::oneshot;

use super::Producer;
use crate::broker::{BrokerError, Receipt};
use crate::error::{Error, Kind, Result};
use crate::topic::{Accepts, TopicRef};
use error::Failures;
use hand_over::HandOver;

impl Producer {
    /// Sends payloads, or [`Message`](crate::Message)s with their own keys and headers, given by value, and waits for all
    /// receipts. All are handed over before the first is waited for, so that they share round trips to the broker. The receipts come in the
    /// order of the payloads.
    ///
    /// ```no_run
    /// # async fn example(producer: messaging::Producer) -> messaging::Result<()> {
    /// use messaging::Message;
    ///
    /// let lines = ["one", "two"].map(|line| Message::new(line.to_owned()).key("story"));
    /// let receipts = producer.send_batch("lines", lines).await?;
    /// assert_eq!(receipts.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When any was not written: [`Error::failed_messages`] says which and why; the others were written. When none can be,
    /// because messaging is switched off or the producer closed, that alone is the error.
    pub async fn send_batch<T, I>(&self, topic: T, messages: I) -> Result<Vec<Receipt>>
    where
        T: TopicRef + Accepts<<I::Item as BatchItem>::Payload>,
        I: IntoIterator<Item: BatchItem>,
    {
        let hand_over = HandOver::new(self, &topic)?;
        let mut waiting = Vec::new();
        for message in messages {
            let (waiter, receipt) = oneshot::channel();
            let queued = hand_over.queue(&message, &mut Some(waiter)).await;
            waiting.push(queued.map(|topic| (topic, receipt)));
        }
        hand_over.publisher.hurry();
        let (mut receipts, mut failures) = (Vec::with_capacity(waiting.len()), Failures::default());
        for (index, waiting) in waiting.into_iter().enumerate() {
            let answer = match waiting {
                Ok((topic, receipt)) => answer(&topic, receipt).await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(receipt) => receipts.push(receipt),
                Err(error) => failures.add(index, error),
            }
        }
        failures.none_of(receipts.len()).map(|()| receipts)
    }

    /// Queues payloads, or [`Message`](crate::Message)s, given by value, and returns how many; waits only while the queue is full. What
    /// fails later is counted, logged and told to the callback given to `App::on_publish_failure`. What is not acknowledged
    /// when the process ends is lost: see [`Publish::wait`](crate::Publish::wait).
    ///
    /// # Errors
    /// When any was not queued: [`Error::failed_messages`] says which and why; the others are queued, and
    /// [`Error::sent_messages`] says how many.
    pub async fn send_batch_fire_and_forget<T, I>(&self, topic: T, messages: I) -> Result<usize>
    where
        T: TopicRef + Accepts<<I::Item as BatchItem>::Payload>,
        I: IntoIterator<Item: BatchItem>,
    {
        let hand_over = HandOver::new(self, &topic)?;
        let (mut queued, mut failures) = (0, Failures::default());
        for (index, message) in messages.into_iter().enumerate() {
            match hand_over.queue(&message, &mut None).await {
                Ok(_) => queued += 1,
                Err(error) => failures.add(index, error),
            }
        }
        failures.none_of(queued).map(|()| queued)
    }
}

/// Waits for a receipt.
async fn answer(
    topic: &str,
    receipt: oneshot::Receiver<std::result::Result<Receipt, BrokerError>>,
) -> Result<Receipt> {
    let answer = receipt.await.unwrap_or(Err(BrokerError::Closed));
    answer.map_err(|source| {
        Error::from(Kind::Publish {
            topic: topic.to_owned(),
            source,
        })
    })
}
