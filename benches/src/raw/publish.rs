//! Sending by hand.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rdkafka::client::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ProducerContext, ThreadedProducer};
use tokio::sync::oneshot;

use crate::client;
use crate::data::Purchase;

type Threaded = ThreadedProducer<DefaultProducerContext>;

/// What a record has.
#[derive(Clone, Copy)]
pub(crate) enum With {
    /// Nothing more: the client chooses partitions as it likes.
    Value,
    Key,
    KeyAndHeader,
}

/// Encode into one buffer, hand over, forget; the time ends when all are acknowledged.
pub(crate) fn threaded<'a>(
    brokers: &str,
    topic: &str,
    purchases: impl Iterator<Item = &'a Purchase>,
    with: With,
) -> Result<f64> {
    let producer: Threaded = client::producer(brokers).create()?;
    let mut buffer = Vec::with_capacity(512);
    let (began, mut sent) = (Instant::now(), 0usize);
    for purchase in purchases {
        buffer.clear();
        serde_json::to_writer(&mut buffer, purchase)?;
        let record = BaseRecord::to(topic).payload(&buffer[..]);
        let key = purchase.client.as_bytes();
        let record = match with {
            With::Value => record,
            With::Key => record.key(key),
            With::KeyAndHeader => with_header(record.key(key)),
        };
        send(&producer, record)?;
        sent += 1;
    }
    producer
        .flush(Duration::from_secs(120))
        .context("not all were acknowledged")?;
    Ok(sent as f64 / began.elapsed().as_secs_f64())
}

fn with_header<'a>(record: BaseRecord<'a, [u8], [u8]>) -> BaseRecord<'a, [u8], [u8]> {
    let header = Header {
        key: "source",
        value: Some("till"),
    };
    record.headers(OwnedHeaders::new_with_capacity(1).insert(header))
}

fn send(producer: &Threaded, mut record: BaseRecord<'_, [u8], [u8]>) -> Result<()> {
    while let Err((error, returned)) = producer.send(record) {
        if error != KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) {
            return Err(error.into());
        }
        // The producer's own thread makes room.
        std::thread::yield_now();
        record = returned;
    }
    Ok(())
}

/// Each is awaited before the next is sent, without a linger.
pub(crate) async fn one_by_one(brokers: &str, topic: &str, purchases: &[Purchase]) -> Result<f64> {
    let mut config = client::producer(brokers);
    config.set("linger.ms", "0");
    let producer: ThreadedProducer<Answers> = config.create_with_context(Answers)?;
    let mut buffer = Vec::with_capacity(512);
    let began = Instant::now();
    for purchase in purchases {
        buffer.clear();
        serde_json::to_writer(&mut buffer, purchase)?;
        let (waiter, answer) = oneshot::channel();
        let record = BaseRecord::with_opaque_to(topic, Box::new(waiter));
        let record = record.key(purchase.client.as_bytes()).payload(&buffer[..]);
        producer.send(record).map_err(|(error, _)| error)?;
        answer.await??;
    }
    Ok(purchases.len() as f64 / began.elapsed().as_secs_f64())
}

/// Wakes who waits for a message.
struct Answers;

impl ClientContext for Answers {}

impl ProducerContext for Answers {
    type DeliveryOpaque = Box<oneshot::Sender<Result<(), KafkaError>>>;

    fn delivery(&self, result: &DeliveryResult<'_>, waiter: Self::DeliveryOpaque) {
        let answer = result.as_ref().map(drop).map_err(|(error, _)| error.clone());
        // The measurement may have ended with an error.
        let _ = waiter.send(answer);
    }
}
