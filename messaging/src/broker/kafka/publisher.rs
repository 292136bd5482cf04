//! Users' sends: one producer for an App, with a thread that serves its receipts.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::Duration;

use futures_util::future::BoxFuture;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::BaseProducer;
use tokio::time::{Instant, sleep, timeout};

use super::config::KafkaConfig;
use super::error::not_made;
use super::ffi::producer::{HandleProducer, flush};
use super::hurry::Hurry;
use super::now;
use super::receipts::{Desk, Receipts};
use super::send::again;
use super::tokens::Tokens;
use crate::broker::{BrokerError, FailureHook, NotQueued, Outbound, Publisher, Waiter};

/// How long a full queue is waited for without a receipt.
const ROOM: Duration = Duration::from_millis(20);

/// How often a flush looks whether it is done.
const LOOK: Duration = Duration::from_millis(2);

/// How long a linger is cut short at a time, and so how late its thread notices that it is to end.
const HURRY: Duration = Duration::from_millis(50);

/// Why what waits at the end fails.
const CLOSED: KafkaError = KafkaError::MessageProduction(RDKafkaErrorCode::PurgeQueue);

/// See the module.
pub(super) struct KafkaPublisher {
    client: Arc<Client>,
    // Behind `client`, so that a thread, which may wait, drops the last one.
    _end: EndThreads,
}

struct Client {
    /// Never locked while librdkafka may wait: runtimes lock it too.
    place: RwLock<Place>,
    config: ClientConfig,
    tokens: Option<Tokens>,
    desk: Arc<Desk>,
    /// `None` without a linger, which then needs no cutting short.
    hurry: Option<Arc<Hurry>>,
    linger: Duration,
}

/// Where messages are handed over.
struct Place {
    producer: HandleProducer<Receipts>,
    /// Not while the client is replaced: what is sent would overtake what it gives back.
    open: bool,
}

struct EndThreads {
    desk: Arc<Desk>,
    hurry: Option<Arc<Hurry>>,
}

impl Drop for EndThreads {
    fn drop(&mut self) {
        self.desk.close();
        if let Some(hurry) = &self.hurry {
            hurry.end();
        }
    }
}

impl KafkaPublisher {
    pub(super) fn connect(
        config: &KafkaConfig,
        on_failure: FailureHook,
    ) -> Result<KafkaPublisher, BrokerError> {
        let client = Arc::new(Client::new(config, on_failure)?);
        // Before the first thread: it ends when the second cannot be started.
        let _end = EndThreads {
            desk: client.desk.clone(),
            hurry: client.hurry.clone(),
        };
        if let Some(hurry) = client.hurry.clone() {
            let flushed = client.clone();
            super::spawn("kafka-hurry", move || hurry.serve(|| flushed.hurry()))?;
        }
        let served = client.clone();
        super::spawn("kafka-receipts", move || served.serve())?;
        Ok(KafkaPublisher { client, _end })
    }
}

impl Client {
    fn new(config: &KafkaConfig, on_failure: FailureHook) -> Result<Client, BrokerError> {
        let desk = Arc::new(Desk::new(config.address(), config.delivery_timeout, on_failure));
        let properties = config.user_producer();
        let tokens = config.tokens().cloned();
        let (producer, open) = (make(&properties, tokens.as_ref(), &desk)?, true);
        Ok(Client {
            place: RwLock::new(Place { producer, open }),
            config: properties,
            tokens,
            desk,
            hurry: (!config.linger.is_zero()).then(Arc::default),
            linger: config.linger,
        })
    }

    fn place(&self) -> RwLockReadGuard<'_, Place> {
        self.place.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn place_mut(&self) -> RwLockWriteGuard<'_, Place> {
        self.place.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn producer(&self) -> Arc<BaseProducer<Receipts>> {
        self.place().producer.base().clone()
    }

    fn has_ended(&self) -> bool {
        self.desk.is_closed()
    }

    /// Gives a message to the client, which is full while it is replaced.
    fn offer(&self, message: Outbound<'_>, number: usize) -> Result<(), KafkaError> {
        let mut place = self.place();
        if place.producer.is_to_meet(message) {
            drop(place);
            self.place_mut().producer.meet(message.topic)?;
            place = self.place();
        }
        // Locked while it is sent: a client that is shut takes nothing after it gave back what it had.
        if !place.open {
            return Err(KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull));
        }
        let tag = self.desk.given_back.tag(number);
        let sent = place.producer.send_shared(message, tag);
        sent.inspect_err(|_| self.desk.given_back.over())
    }

    fn send(&self, message: Outbound<'_>, waiter: &mut Option<Waiter>) -> Result<(), NotQueued> {
        let closed = NotQueued::Refused(BrokerError::Closed);
        let number = self.desk.seat(waiter).ok_or(closed)?;
        let Err(error) = self.offer(message, number) else {
            return Ok(());
        };
        *waiter = self.desk.unseat(number);
        if is_full(&error) {
            return Err(NotQueued::Full);
        }
        Err(NotQueued::Refused(self.desk.explain(message.topic, &error)))
    }

    /// Until nothing is with the client, or what was has lingered long enough.
    fn hurry(&self) {
        let end = now() + self.linger;
        while !flush(&self.producer(), HURRY.min(self.linger)) && now() < end && !self.has_ended() {}
    }
}

impl Publisher for KafkaPublisher {
    fn enqueue(&self, message: Outbound<'_>, waiter: &mut Option<Waiter>) -> Result<(), NotQueued> {
        self.client.send(message, waiter)
    }

    fn hurry(&self) {
        if let Some(hurry) = &self.client.hurry {
            hurry.ask();
        }
    }

    fn room(&self) -> BoxFuture<'_, ()> {
        self.hurry();
        Box::pin(async {
            let _ = timeout(ROOM, self.client.desk.room()).await;
        })
    }

    fn flush(&self, deadline: Duration) -> BoxFuture<'_, usize> {
        Box::pin(async move {
            let end = Instant::now() + deadline;
            while self.queued() > 0 && !self.client.has_ended() && Instant::now() < end {
                self.hurry();
                sleep(LOOK).await;
            }
            self.queued()
        })
    }

    fn queued(&self) -> usize {
        self.client.desk.given_back.unanswered()
    }
}

/// Nobody must wait for ever for a thread that is gone.
struct TellPanic<'a>(&'a Client);

impl Drop for TellPanic<'_> {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        tracing::error!("the thread of the producer panicked; please report it with the panic's message");
        self.0.desk.abandon();
    }
}

fn make(
    config: &ClientConfig,
    tokens: Option<&Tokens>,
    desk: &Arc<Desk>,
) -> Result<HandleProducer<Receipts>, BrokerError> {
    let producer: BaseProducer<Receipts> = config
        .create_with_context(Receipts::new(desk.clone()))
        .map_err(|error| not_made(&error))?;
    let producer = Arc::new(producer);
    Tokens::keep(tokens, &producer)?;
    Ok(HandleProducer::new(producer))
}

/// Whether the client takes it later, or the next one.
fn is_full(error: &KafkaError) -> bool {
    matches!(
        error,
        KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull | RDKafkaErrorCode::Fatal)
    )
}

mod renewal;
#[cfg(test)]
mod tests;
