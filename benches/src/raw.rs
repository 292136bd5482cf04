//! The loops written by hand, as well as we know how.

pub(crate) mod publish;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::Result;
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::client;
use crate::data::{Invoice, Purchase};

const COMMIT: Duration = Duration::from_millis(client::COMMIT_MS);
const IDLE: Duration = Duration::from_millis(100);

/// Poll, decode, keep own offsets, commit each 100 ms. Messages per second from the first record to the last.
pub(crate) fn consume(brokers: &str, topic: &str, group: &str, records: usize) -> Result<f64> {
    let consumer: BaseConsumer = client::consumer(brokers, group).create()?;
    consumer.subscribe(&[topic])?;
    let mut offsets = [-1i64; 3];
    let (mut seen, mut began, mut committed, mut sum) = (0usize, None, Instant::now(), 0i64);
    while seen < records {
        let Some(message) = consumer.poll(IDLE) else {
            continue;
        };
        let message = message?;
        began.get_or_insert_with(Instant::now);
        let purchase: Purchase = serde_json::from_slice(message.payload().unwrap_or_default())?;
        sum = sum.wrapping_add(purchase.cents);
        offsets[message.partition() as usize] = message.offset();
        seen += 1;
        // Reading the clock for each record would cost the loop what the framework does not pay.
        if seen.is_multiple_of(512) && committed.elapsed() >= COMMIT {
            committed = Instant::now();
            commit(&consumer, topic, &offsets, CommitMode::Async)?;
        }
    }
    let took = began.map_or(Duration::ZERO, |began| began.elapsed());
    std::hint::black_box(sum);
    commit(&consumer, topic, &offsets, CommitMode::Sync)?;
    Ok(records as f64 / took.as_secs_f64())
}

/// Poll, transform, produce; commit what is acknowledged each 100 ms; never flush. The time ends when the last offset
/// is committed and the group is left, as it does for the workers.
pub(crate) fn transform(
    brokers: &str,
    topic: &str,
    output: &str,
    group: &str,
    records: usize,
) -> Result<f64> {
    let consumer: BaseConsumer = client::consumer(brokers, group).create()?;
    let producer: BaseProducer<Acks> = client::producer(brokers).create_with_context(Acks::default())?;
    consumer.subscribe(&[topic])?;
    let mut buffer = Vec::with_capacity(512);
    let (mut sent, mut began, mut committed) = (0usize, None, Instant::now());
    while producer.context().done() < records {
        // Nothing more comes once all are sent: what is left are acknowledgements.
        let patience = if sent < records {
            IDLE
        } else {
            Duration::from_millis(1)
        };
        if let Some(message) = consumer.poll(patience) {
            let message = message?;
            began.get_or_insert_with(Instant::now);
            let purchase: Purchase = serde_json::from_slice(message.payload().unwrap_or_default())?;
            buffer.clear();
            serde_json::to_writer(&mut buffer, &Invoice::from(purchase))?;
            let at = producer.context().sent(message.partition(), message.offset());
            send(&producer, output, message.key().unwrap_or_default(), &buffer, at)?;
            sent += 1;
        }
        if sent.is_multiple_of(64) || sent == records {
            producer.poll(Duration::ZERO);
        }
        if sent.is_multiple_of(512) && committed.elapsed() >= COMMIT {
            committed = Instant::now();
            commit(
                &consumer,
                topic,
                &producer.context().watermarks(),
                CommitMode::Async,
            )?;
        }
    }
    commit(
        &consumer,
        topic,
        &producer.context().watermarks(),
        CommitMode::Sync,
    )?;
    drop((consumer, producer));
    let took = began.map_or(Duration::ZERO, |began| began.elapsed());
    Ok(records as f64 / took.as_secs_f64())
}

fn send(producer: &BaseProducer<Acks>, topic: &str, key: &[u8], value: &[u8], at: usize) -> Result<()> {
    let mut record = BaseRecord::with_opaque_to(topic, at).key(key).payload(value);
    while let Err((error, returned)) = producer.send(record) {
        if error != KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) {
            return Err(error.into());
        }
        producer.poll(Duration::from_millis(1));
        record = returned;
    }
    Ok(())
}

/// Which outputs are acknowledged, per partition of the source.
#[derive(Default)]
struct Acks(Mutex<[Tracker; 3]>);

#[derive(Default)]
struct Tracker {
    /// Number of the first record that is not acknowledged.
    base: usize,
    acknowledged: VecDeque<(bool, i64)>,
    watermark: i64,
}

impl Acks {
    /// Notes a record; the token tells its partition and its number in it.
    fn sent(&self, partition: i32, offset: i64) -> usize {
        let mut trackers = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let tracker = &mut trackers[partition as usize];
        tracker.acknowledged.push_back((false, offset));
        ((tracker.base + tracker.acknowledged.len() - 1) << 2) | partition as usize
    }

    fn done(&self) -> usize {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .iter()
            .map(|tracker| tracker.base)
            .sum()
    }

    fn watermarks(&self) -> [i64; 3] {
        let trackers = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        [
            trackers[0].watermark - 1,
            trackers[1].watermark - 1,
            trackers[2].watermark - 1,
        ]
    }
}

impl ClientContext for Acks {}

impl ProducerContext for Acks {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, token: usize) {
        if let Err((error, _)) = result {
            panic!("the loop by hand lost a record: {error}");
        }
        let mut trackers = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let tracker = &mut trackers[token & 3];
        let at = (token >> 2) - tracker.base;
        tracker.acknowledged[at].0 = true;
        while let Some(&(true, offset)) = tracker.acknowledged.front() {
            tracker.acknowledged.pop_front();
            tracker.base += 1;
            tracker.watermark = offset + 1;
        }
    }
}

fn commit(consumer: &BaseConsumer, topic: &str, offsets: &[i64; 3], mode: CommitMode) -> Result<()> {
    let mut list = TopicPartitionList::new();
    for (partition, &offset) in offsets.iter().enumerate().filter(|(_, offset)| **offset >= 0) {
        list.add_partition_offset(topic, partition as i32, Offset::Offset(offset + 1))?;
    }
    if list.count() > 0 {
        consumer.commit(&list, mode)?;
    }
    Ok(())
}
