//! Users' sends: one producer for an App, with a thread that serves its receipts and one that cuts lingers short.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, Thread};
use std::time::Duration;

use futures_util::future::BoxFuture;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Message, OwnedMessage};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, PurgeConfig};
use tokio::time::{Instant, sleep, timeout};

use super::config::KafkaConfig;
use super::error::not_made;
use super::receipts::{Desk, Receipts};
use super::send::record;
use crate::broker::{BrokerError, FailureHook, NotQueued, Outbound, Publisher, Waiter};

/// How long the client is asked for receipts at a time, and so how late its thread notices that it is to end.
const POLL: Duration = Duration::from_millis(50);

/// How long a full queue is waited for without a receipt.
const ROOM: Duration = Duration::from_millis(20);

/// How often a flush looks whether it is done.
const LOOK: Duration = Duration::from_millis(2);

/// How often in a row linger is switched off: long enough for the client's thread, which each time is woken, to run.
const NUDGES: usize = 24;

/// How long the client has between two such rows.
const NUDGE_PAUSE: Duration = Duration::from_micros(300);

/// How long a client that is given up has to give its messages back.
const GIVE_BACK: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct KafkaPublisher {
    client: Arc<Client>,
    hastener: Option<Thread>,
    // Behind `client`, so that a thread, which may wait, drops the last one.
    _end: EndThreads,
}

struct Client {
    producer: RwLock<Arc<BaseProducer<Receipts>>>,
    config: ClientConfig,
    desk: Arc<Desk>,
    hurried: AtomicBool,
    flushing: AtomicBool,
    ended: Arc<AtomicBool>,
}

struct EndThreads(Arc<AtomicBool>, Option<Thread>);

impl Drop for EndThreads {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        if let Some(hastener) = &self.1 {
            hastener.unpark();
        }
    }
}

impl KafkaPublisher {
    pub(super) fn connect(
        config: &KafkaConfig,
        on_failure: FailureHook,
    ) -> Result<KafkaPublisher, BrokerError> {
        let desk = Arc::new(Desk::new(config.address(), config.delivery_timeout, on_failure));
        let ended = Arc::new(AtomicBool::new(false));
        let properties = config.user_producer();
        let client = Arc::new(Client {
            producer: RwLock::new(Arc::new(make(&properties, &desk)?)),
            config: properties,
            desk,
            hurried: AtomicBool::new(false),
            flushing: AtomicBool::new(false),
            ended: ended.clone(),
        });
        let served = client.clone();
        super::spawn("kafka-receipts", move || served.serve())?;
        let hastener = if config.linger.is_zero() {
            None
        } else {
            Some(client.clone().start_hastener()?)
        };
        Ok(KafkaPublisher {
            client,
            hastener: hastener.clone(),
            _end: EndThreads(ended, hastener),
        })
    }
}

impl Client {
    fn producer(&self) -> Arc<BaseProducer<Receipts>> {
        self.producer
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    fn serve(&self) {
        while !self.has_ended() {
            let producer = self.producer();
            producer.poll(POLL);
            if self.desk.is_fatal() {
                self.renew();
            }
        }
    }

    /// A client of no use any more gives back what is not acknowledged; the next one sends it first.
    fn renew(&self) {
        // Nobody sends meanwhile: it would overtake.
        let mut place = self.producer.write().unwrap_or_else(PoisonError::into_inner);
        place.purge(PurgeConfig::default().queue().inflight());
        let _ = place.flush(GIVE_BACK);
        let next = match make(&self.config, &self.desk) {
            Ok(next) => next,
            Err(error) => return tracing::error!(%error, "the producer could not be made anew"),
        };
        for (opaque, message) in self.desk.given_back() {
            send_again(&next, opaque, &message, &self.desk);
        }
        super::end(std::mem::replace(&mut *place, Arc::new(next)));
    }

    fn start_hastener(self: Arc<Client>) -> Result<Thread, BrokerError> {
        super::spawn_thread("kafka-hasten", move || {
            while !self.has_ended() {
                if self.hurried.swap(false, Ordering::AcqRel) {
                    self.hasten();
                } else {
                    thread::park();
                }
            }
        })
    }

    /// The client ignores its linger while `flush` runs, and rdkafka's runs for no time at all. So it is called until
    /// the client's own thread, which each call wakes, has run in the middle of one.
    fn hasten(&self) {
        let producer = self.producer();
        while self.is_waited_for(&producer) && !self.has_ended() {
            for _ in 0..NUDGES {
                let _ = producer.flush(Duration::ZERO);
            }
            thread::park_timeout(NUDGE_PAUSE);
        }
    }

    fn is_waited_for(&self, producer: &BaseProducer<Receipts>) -> bool {
        self.desk.waiters() > 0 || (self.flushing.load(Ordering::Acquire) && producer.in_flight_count() > 0)
    }
}

impl Publisher for KafkaPublisher {
    fn enqueue(&self, message: Outbound<'_>, waiter: &mut Option<Waiter>) -> Result<(), NotQueued> {
        let desk = &self.client.desk;
        let producer = self
            .client
            .producer
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let opaque = desk.seat(waiter);
        let Err((error, _)) = producer.send(record(message, opaque)) else {
            return Ok(());
        };
        *waiter = desk.unseat(opaque);
        match error {
            KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull | RDKafkaErrorCode::Fatal) => {
                Err(NotQueued::Full)
            }
            error => Err(NotQueued::Refused(desk.explain(message.topic, &error))),
        }
    }

    fn hurry(&self) {
        if let Some(hastener) = &self.hastener
            && !self.client.hurried.swap(true, Ordering::AcqRel)
        {
            hastener.unpark();
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
            self.client.flushing.store(true, Ordering::Release);
            while self.queued() > 0 && Instant::now() < end {
                self.hurry();
                sleep(LOOK).await;
            }
            self.client.flushing.store(false, Ordering::Release);
            self.queued()
        })
    }

    fn queued(&self) -> usize {
        let count = self.client.producer().in_flight_count();
        usize::try_from(count).unwrap_or(0)
    }
}

fn make(config: &ClientConfig, desk: &Arc<Desk>) -> Result<BaseProducer<Receipts>, BrokerError> {
    config
        .create_with_context(Receipts::new(desk.clone()))
        .map_err(|error| not_made(&error))
}

fn send_again(producer: &BaseProducer<Receipts>, opaque: usize, message: &OwnedMessage, desk: &Desk) {
    let mut record = BaseRecord::with_opaque_to(message.topic(), opaque);
    record.key = message.key();
    record.payload = message.payload();
    record.headers = message.headers().cloned();
    if let Err((error, _)) = producer.send(record) {
        desk.failed(opaque, message.topic(), &error);
    }
}
