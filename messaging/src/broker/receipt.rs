//! Where a message was written, and who waits to know.

use tokio::sync::{mpsc, oneshot};

use super::BrokerError;

/// Where a message was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The topic, as the broker names it.
    pub topic: String,
    /// The partition; `None` when nobody waited for it.
    pub partition: Option<i32>,
    /// The offset; `None` when nobody waited for it.
    pub offset: Option<i64>,
    /// Milliseconds since 1970; `None` when nobody waited for it or the broker does not say.
    pub timestamp: Option<i64>,
}

impl Receipt {
    /// A receipt of a message that was written.
    pub fn written(topic: impl Into<String>, place: WrittenAt) -> Receipt {
        Receipt {
            topic: topic.into(),
            partition: Some(place.partition),
            offset: Some(place.offset),
            timestamp: place.timestamp,
        }
    }

    /// A receipt of a message that was queued only.
    pub fn queued(topic: impl Into<String>) -> Receipt {
        Receipt {
            topic: topic.into(),
            partition: None,
            offset: None,
            timestamp: None,
        }
    }
}

/// Where in its topic a message was written. Who waits for it knows the topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenAt {
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
    /// Milliseconds since 1970; `None` when the broker does not say.
    pub timestamp: Option<i64>,
}

/// What became of a message.
pub type Answer = Result<WrittenAt, BrokerError>;

/// Who waits for an [`Answer`], and is answered once.
#[derive(Debug)]
pub struct Waiter(To);

#[derive(Debug)]
enum To {
    One(oneshot::Sender<Answer>),
    /// The message of this index in a batch, which has one channel for all.
    Batch(usize, mpsc::UnboundedSender<(usize, Answer)>),
}

impl Waiter {
    /// Somebody who waits for one message. What they hold fails when they will never be answered.
    pub fn channel() -> (Waiter, oneshot::Receiver<Answer>) {
        let (sender, receiver) = oneshot::channel();
        (Waiter(To::One(sender)), receiver)
    }

    /// Who waits for a batch waits for the message of this index as well.
    pub(crate) fn in_batch(index: usize, answers: &mpsc::UnboundedSender<(usize, Answer)>) -> Waiter {
        Waiter(To::Batch(index, answers.clone()))
    }

    /// Tells what became of the message.
    ///
    /// # Errors
    /// The answer, when nobody waits any more.
    pub fn answer(self, answer: Answer) -> Result<(), Answer> {
        match self.0 {
            To::One(sender) => sender.send(answer),
            To::Batch(index, answers) => answers.send((index, answer)).map_err(|unheard| unheard.0.1),
        }
    }
}
