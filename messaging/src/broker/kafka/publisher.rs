//! Users' sends: one producer for an App, with a thread that serves its receipts.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::Duration;

use futures_util::future::BoxFuture;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Message, OwnedMessage};
use rdkafka::producer::{BaseProducer, BaseRecord};
use tokio::time::{Instant, sleep, timeout};

use super::config::KafkaConfig;
use super::error::not_made;
use super::lingering::Lingering;
use super::receipts::{Desk, Receipts};
use super::send::{again, owned, record};
use super::tokens::Tokens;
use crate::broker::{BrokerError, FailureHook, NotQueued, Outbound, Publisher, Waiter};

/// How long a full queue is waited for without a receipt.
const ROOM: Duration = Duration::from_millis(20);

/// How often a flush looks whether it is done.
const LOOK: Duration = Duration::from_millis(2);

/// How long a message waits to be handed over again when the client has no room.
const FULL: Duration = Duration::from_millis(1);

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
    /// `None` without a linger: each message goes to the client at once.
    lingering: Option<Arc<Lingering>>,
}

/// Where messages are handed over.
struct Place {
    producer: Arc<BaseProducer<Receipts>>,
    /// Not while the client is replaced: what is sent would overtake what it gives back.
    open: bool,
}

struct EndThreads {
    desk: Arc<Desk>,
    lingering: Option<Arc<Lingering>>,
}

impl Drop for EndThreads {
    fn drop(&mut self) {
        self.desk.close();
        if let Some(lingering) = &self.lingering {
            lingering.end();
        }
    }
}

impl KafkaPublisher {
    pub(super) fn connect(
        config: &KafkaConfig,
        on_failure: FailureHook,
    ) -> Result<KafkaPublisher, BrokerError> {
        let client = Arc::new(Client::new(config, on_failure)?);
        let (desk, lingering) = (client.desk.clone(), client.lingering.clone());
        if let Some(lingering) = lingering.clone() {
            let carried = client.clone();
            super::spawn("kafka-linger", move || carried.carry(&lingering))?;
        }
        let served = client.clone();
        super::spawn("kafka-receipts", move || served.serve())?;
        let _end = EndThreads { desk, lingering };
        Ok(KafkaPublisher { client, _end })
    }
}

impl Client {
    fn new(config: &KafkaConfig, on_failure: FailureHook) -> Result<Client, BrokerError> {
        let desk = Arc::new(Desk::new(config.address(), config.delivery_timeout, on_failure));
        let new_lingering = || Arc::new(Lingering::new(config.linger, config.max_batch_size));
        let properties = config.user_producer();
        let tokens = config.tokens().cloned();
        let (producer, open) = (make(&properties, tokens.as_ref(), &desk)?, true);
        Ok(Client {
            place: RwLock::new(Place { producer, open }),
            config: properties,
            tokens,
            desk,
            lingering: (!config.linger.is_zero()).then(new_lingering),
        })
    }

    fn place(&self) -> RwLockReadGuard<'_, Place> {
        self.place.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn place_mut(&self) -> RwLockWriteGuard<'_, Place> {
        self.place.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn producer(&self) -> Arc<BaseProducer<Receipts>> {
        self.place().producer.clone()
    }

    fn has_ended(&self) -> bool {
        self.desk.is_closed()
    }

    /// Gives a record to the client, which is full while it is replaced.
    fn offer(&self, mut record: BaseRecord<'_, [u8], [u8], usize>) -> Result<(), KafkaError> {
        // Locked while it is sent: a client that is shut takes nothing after it gave back what it had.
        let place = self.place();
        if !place.open {
            return Err(KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull));
        }
        record.delivery_opaque = self.desk.given_back.tag(record.delivery_opaque);
        let sent = place.producer.send(record);
        sent.map_err(|(error, _)| {
            self.desk.given_back.over();
            error
        })
    }

    fn send(&self, message: Outbound<'_>, waiter: &mut Option<Waiter>) -> Result<(), NotQueued> {
        let number = self.seat(waiter)?;
        let Err(error) = self.offer(record(message, number)) else {
            return Ok(());
        };
        *waiter = self.desk.unseat(number);
        if is_full(&error) {
            return Err(NotQueued::Full);
        }
        Err(NotQueued::Refused(self.desk.explain(message.topic, &error)))
    }

    fn linger(
        &self,
        lingering: &Lingering,
        message: Outbound<'_>,
        waiter: &mut Option<Waiter>,
    ) -> Result<(), NotQueued> {
        let bytes = message.key.map_or(0, <[u8]>::len) + message.value.map_or(0, <[u8]>::len);
        let number = self.seat(waiter)?;
        lingering.push(bytes, || (number, owned(message))).ok_or_else(|| {
            *waiter = self.desk.unseat(number);
            NotQueued::Full
        })
    }

    fn seat(&self, waiter: &mut Option<Waiter>) -> Result<usize, NotQueued> {
        let closed = NotQueued::Refused(BrokerError::Closed);
        self.desk.seat(waiter).ok_or(closed)
    }

    /// Hands over what has waited, until the end; what waits then fails.
    fn carry(&self, lingering: &Lingering) {
        let _told = TellPanic(self);
        while let Some(bunch) = lingering.next() {
            for (number, message) in bunch {
                self.hand_over(number, &message);
                lingering.gone();
            }
        }
        for (number, message) in lingering.rest() {
            self.desk.failed(number, message.topic(), &CLOSED);
        }
    }

    /// Nobody else hands messages over, so that one for which there is no room holds up those behind it.
    fn hand_over(&self, number: usize, message: &OwnedMessage) {
        loop {
            match self.offer(again(message, number)) {
                Err(error) if is_full(&error) && !self.has_ended() => thread::park_timeout(FULL),
                Err(error) => return self.desk.failed(number, message.topic(), &error),
                Ok(()) => return,
            }
        }
    }
}

impl Publisher for KafkaPublisher {
    fn enqueue(&self, message: Outbound<'_>, waiter: &mut Option<Waiter>) -> Result<(), NotQueued> {
        match &self.client.lingering {
            Some(lingering) => self.client.linger(lingering, message, waiter),
            None => self.client.send(message, waiter),
        }
    }

    fn hurry(&self) {
        if let Some(lingering) = &self.client.lingering {
            lingering.hurry();
        }
    }

    fn room(&self) -> BoxFuture<'_, ()> {
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
        let lingering = self
            .client
            .lingering
            .as_ref()
            .map_or(0, |lingering| lingering.count());
        lingering + self.client.desk.given_back.unanswered()
    }
}

/// Nobody must wait for ever for a thread that is gone. Its sibling ends as well: alone it is of no use.
struct TellPanic<'a>(&'a Client);

impl Drop for TellPanic<'_> {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        tracing::error!("a thread of the producer panicked; please report it with the panic's message");
        self.0.desk.abandon();
        if let Some(lingering) = &self.0.lingering {
            lingering.end();
        }
    }
}

fn make(
    config: &ClientConfig,
    tokens: Option<&Tokens>,
    desk: &Arc<Desk>,
) -> Result<Arc<BaseProducer<Receipts>>, BrokerError> {
    let producer: BaseProducer<Receipts> = config
        .create_with_context(Receipts::new(desk.clone()))
        .map_err(|error| not_made(&error))?;
    let producer = Arc::new(producer);
    Tokens::keep(tokens, &producer)?;
    Ok(producer)
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
