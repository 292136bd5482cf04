//! Many messages at once.

mod error;
mod hand_over;
mod item;

pub use error::BatchError;
pub use item::BatchItem;

use std::borrow::Cow;

use tokio::sync::mpsc;

use super::Producer;
use crate::broker::{Answer, BrokerError, Receipt, Waiter};
use crate::error::{Kind, Result};
use crate::topic::{Accepts, TopicRef};
use error::Failures;
use hand_over::HandOver;

/// How many answers are taken at a time.
const AT_A_TIME: usize = 1_000;

impl Producer {
    /// Sends payloads, or [`Message`](crate::Message)s with their own keys and headers, given by value, and waits for
    /// all receipts. All are handed over before the first is waited for, so that they share round trips to the broker.
    /// The receipts come in the order of the payloads.
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
    /// When any was not written: [`Error::failed_messages`](crate::Error::failed_messages) says which and why; the
    /// others were written. When none can be, because messaging is switched off or the producer closed, that alone is
    /// the error.
    pub async fn send_batch<T, I>(&self, topic: T, messages: I) -> Result<Vec<Receipt>>
    where
        T: TopicRef + Accepts<<I::Item as BatchItem>::Payload>,
        I: IntoIterator<Item: BatchItem>,
    {
        let hand_over = HandOver::new(self, &topic)?;
        let (answers, answered) = mpsc::unbounded_channel();
        let mut topics = Vec::new();
        for (index, message) in messages.into_iter().enumerate() {
            let mut waiter = Some(Waiter::in_batch(index, &answers));
            topics.push(hand_over.queue(&message, &mut waiter).await);
        }
        // It would be waited for as well.
        drop(answers);
        hand_over.publisher.hurry();
        let (mut receipts, mut failures) = (Vec::with_capacity(topics.len()), Failures::default());
        let answers = all(answered, topics.len()).await;
        for (index, (topic, answer)) in topics.into_iter().zip(answers).enumerate() {
            match topic.and_then(|topic| receipt(topic, answer)) {
                Ok(receipt) => receipts.push(receipt),
                Err(error) => failures.add(index, error),
            }
        }
        failures.none_of(receipts.len()).map(|()| receipts)
    }

    /// Queues payloads, or [`Message`](crate::Message)s, given by value, and returns how many; waits only while the
    /// queue is full. What fails later is counted, logged and told to the callback given to `App::on_publish_failure`.
    /// What is not acknowledged when the process ends is lost: see [`Publish::wait`](crate::Publish::wait).
    ///
    /// # Errors
    /// When any was not queued: [`Error::failed_messages`](crate::Error::failed_messages) says which and why; the
    /// others are queued, and [`Error::sent_messages`](crate::Error::sent_messages) says how many.
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

/// Waits until all are answered, or nobody will answer them any more: these are closed.
async fn all(mut answered: mpsc::UnboundedReceiver<(usize, Answer)>, count: usize) -> Vec<Answer> {
    let mut answers: Vec<Answer> = (0..count).map(|_| Err(BrokerError::Closed)).collect();
    let mut some = Vec::new();
    while answered.recv_many(&mut some, AT_A_TIME).await > 0 {
        for (index, answer) in some.drain(..) {
            answers[index] = answer;
        }
    }
    answers
}

fn receipt(topic: Cow<'_, str>, answer: Answer) -> Result<Receipt> {
    let topic = topic.into_owned();
    match answer {
        Ok(place) => Ok(Receipt::written(topic, place)),
        Err(source) => Err(Kind::Publish { topic, source }.into()),
    }
}
