//! A consumer as a stream with explicit acknowledgement.

use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use tokio::sync::{mpsc, oneshot, watch};

use crate::BoxError;
use crate::app::Running;
use crate::delivery::policy::Order;
use crate::error::Result;
use crate::handler::{ErasedHandler, OneInput};
use crate::message::Delivery;
use crate::outcome::{Failure, Outcome, Verdict, judge};
use crate::payload::Payload;
use crate::spec::Keys;

/// How many records may be out when nothing else is said.
const OUT: usize = 1000;

/// Records of a [`Consumer`](super::Consumer), each to be acknowledged.
///
/// ```no_run
/// # async fn example() -> messaging::Result<()> {
/// use messaging::create_consumer;
///
/// let mut deliveries = create_consumer("reports", ["orders.created"])?.stream().await?;
/// while let Some(received) = deliveries.next().await {
///     match received.payload::<String>() {
///         Ok(order) => {
///             println!("{order}");
///             received.ack();
///         }
///         Err(error) => received.reject(error),
///     }
/// }
/// deliveries.close().await
/// # }
/// ```
///
/// Only what is acknowledged, and all that came before it in its partition, is ever committed. Dropping the stream
/// leaves the group at once; what is not acknowledged then is handled again by whoever reads next.
#[derive(Debug)]
pub struct Deliveries {
    source: mpsc::Receiver<Offer>,
    /// How many records are out.
    out: Arc<watch::Sender<usize>>,
    running: Option<Running>,
}

impl Deliveries {
    pub(super) fn new(source: mpsc::Receiver<Offer>, running: Running) -> Deliveries {
        Deliveries {
            source,
            out: Arc::new(watch::Sender::new(0)),
            running: Some(running),
        }
    }

    /// The next record; `None` when the consumer has ended: because of [`Deliveries::stop`], or of an error that
    /// [`Deliveries::close`] tells. Safe to drop and call again.
    pub async fn next(&mut self) -> Option<Received> {
        let offer = self.source.recv().await?;
        Some(offer.taken(&self.out))
    }

    /// Begins to end: the records that are fetched already still come, then the stream is over. All of them, and those
    /// that are out, are to be acknowledged within `shutdown_timeout_ms` less 3 s.
    pub fn stop(&self) {
        if let Some(running) = &self.running {
            running.stop();
        }
    }

    /// Waits until what is out is acknowledged, for `shutdown_timeout_ms` less 3 s at most, commits and leaves the
    /// group. What the program has not taken yet is left to whoever reads next.
    ///
    /// # Errors
    /// What ended the consumer, and [records that were not acknowledged](crate::Error::is_unfinished) in time.
    pub async fn close(mut self) -> Result<()> {
        let Some(running) = self.running.take() else {
            return Ok(());
        };
        let mut out = self.out.subscribe();
        let all_back = out.wait_for(|out| *out == 0);
        let in_time = matches!(
            tokio::time::timeout(running.patience(), all_back).await,
            Ok(Ok(_))
        );
        running.stop_at_once();
        match running.join().await {
            // What was never taken is not finished, and need not be.
            Err(error) if error.is_unfinished() && in_time => Ok(()),
            result => result,
        }
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.stop_at_once();
        }
    }
}

impl Stream for Deliveries {
    type Item = Received;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Received>> {
        let offer = ready!(self.source.poll_recv(context));
        Poll::Ready(offer.map(|offer| offer.taken(&self.out)))
    }
}

/// A record that the program may take. One that nobody takes has not failed: it is left to whoever reads next.
#[derive(Debug)]
pub(super) struct Offer {
    delivery: Delivery,
    answer: oneshot::Sender<Outcome>,
}

impl Offer {
    fn taken(self, out: &Arc<watch::Sender<usize>>) -> Received {
        out.send_modify(|out| *out += 1);
        Received {
            delivery: self.delivery,
            answer: Some(self.answer),
            out: out.clone(),
        }
    }
}

/// A record that is out: a [`Delivery`] to be acknowledged. One that is dropped without an answer has failed.
#[derive(Debug)]
#[must_use = "a record that is dropped without an answer has failed"]
pub struct Received {
    delivery: Delivery,
    answer: Option<oneshot::Sender<Outcome>>,
    out: Arc<watch::Sender<usize>>,
}

impl Received {
    /// Reads its value.
    ///
    /// # Errors
    /// Bytes that are no `T`; a record without a value, a tombstone.
    pub fn payload<T: Payload>(&self) -> std::result::Result<T, BoxError> {
        <T as OneInput>::from_delivery(&self.delivery)
    }

    /// It is done.
    pub fn ack(mut self) {
        self.answer(Outcome::Done(Vec::new()));
    }

    /// It failed: it comes again after the delay of its retries, and is a dead letter when there are none left. A
    /// [`HandlerError`](crate::HandlerError) says otherwise, as in a handler.
    pub fn nack(mut self, error: impl Into<BoxError>) {
        self.answer(Outcome::Failed(judge(error.into(), None)));
    }

    /// It is a dead letter now, without another try.
    pub fn reject(mut self, why: impl Into<BoxError>) {
        self.answer(Outcome::Failed(Failure::returned(Verdict::Reject, why.into())));
    }

    fn answer(&mut self, outcome: Outcome) {
        let Some(answer) = self.answer.take() else { return };
        // A partition that has gone meanwhile needs no answer: another member handles the record again.
        let _ = answer.send(outcome);
        self.out.send_modify(|out| *out -= 1);
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let why = "it was dropped without an answer".into();
        self.answer(Outcome::Failed(Failure::returned(Verdict::Retry, why)));
    }
}

impl Deref for Received {
    type Target = Delivery;
    fn deref(&self) -> &Delivery {
        &self.delivery
    }
}

/// Hands records to the stream and waits for their answers.
struct Hands(mpsc::Sender<Offer>);

/// A stream's two ends.
pub(super) fn channel() -> (mpsc::Receiver<Offer>, Arc<dyn ErasedHandler>) {
    let (sender, receiver) = mpsc::channel(1);
    (receiver, Arc::new(Hands(sender)))
}

/// What a stream needs of the keys: many records out at a time, in the order of their partition.
pub(super) fn keys(given: Keys) -> Keys {
    let concurrency = given.concurrency.unwrap_or(OUT);
    Keys {
        concurrency: Some(concurrency),
        order: Some(given.order.unwrap_or(Order::None)),
        max_in_flight: Some(given.max_in_flight.unwrap_or(concurrency)),
        ..given
    }
}

async fn hand_out(to: mpsc::Sender<Offer>, delivery: Delivery) -> Outcome {
    let (answer, answered) = oneshot::channel();
    // An offer that nobody takes, because the stream is gone, has no outcome: the drain cancels it.
    let _ = to.send(Offer { delivery, answer }).await;
    match answered.await {
        Ok(outcome) => outcome,
        Err(_) => std::future::pending().await,
    }
}

impl ErasedHandler for Hands {
    fn run(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
        let to = self.0.clone();
        stream::iter(run)
            .then(move |delivery| hand_out(to.clone(), delivery))
            .boxed()
    }

    fn is_batch(&self) -> bool {
        false
    }

    fn needs_output_topic(&self) -> bool {
        false
    }
}
