//! The records that are measured: 200 bytes of JSON, 16-byte keys.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::FutureExt;
use messaging::Payload;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::util::Timeout;
use serde::{Deserialize, Serialize};

use crate::client;

/// What both sides decode.
#[derive(Debug, Serialize, Deserialize, Payload)]
pub(crate) struct Purchase {
    pub(crate) id: u64,
    pub(crate) client: String,
    pub(crate) product: String,
    pub(crate) cents: i64,
    pub(crate) note: String,
}

/// What both sides publish.
#[derive(Debug, Serialize, Deserialize, Payload)]
pub(crate) struct Invoice {
    pub(crate) id: u64,
    pub(crate) client: String,
    pub(crate) cents: i64,
    pub(crate) note: String,
}

impl From<Purchase> for Invoice {
    fn from(purchase: Purchase) -> Invoice {
        let Purchase {
            id,
            client,
            cents,
            note,
            ..
        } = purchase;
        Invoice {
            id,
            client,
            cents: cents * 120 / 100,
            note,
        }
    }
}

/// Makes a topic and fills it.
pub(crate) fn fill(brokers: &str, topic: &str, partitions: i32, records: usize, keys: usize) -> Result<()> {
    create(brokers, topic, partitions)?;
    let producer: ThreadedProducer<_> = client::producer(brokers).create()?;
    for id in 0..records {
        let key = format!("client-{:09}", id % keys);
        let value = serde_json::to_vec(&purchase(id as u64, &key))?;
        let mut record = BaseRecord::to(topic).key(&key).payload(&value);
        while let Err((error, returned)) = producer.send(record) {
            if error != KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) {
                return Err(error).context("filling the topic");
            }
            producer.flush(Timeout::After(Duration::from_millis(50))).ok();
            record = returned;
        }
    }
    producer
        .flush(Timeout::After(Duration::from_secs(120)))
        .context("filling the topic")
}

/// As many different ones.
pub(crate) fn purchases(count: usize) -> Vec<Purchase> {
    let client = |id: usize| format!("client-{id:09}");
    (0..count).map(|id| purchase(id as u64, &client(id))).collect()
}

/// Fails unless a topic of three partitions has so many records.
pub(crate) fn assert_written(brokers: &str, topic: &str, records: usize) -> Result<()> {
    let consumer: BaseConsumer = client::consumer(brokers, "count").create()?;
    let mut written = 0;
    for partition in 0..3 {
        let (first, end) = consumer.fetch_watermarks(topic, partition, Duration::from_secs(10))?;
        written += end - first;
    }
    ensure!(
        written == records as i64,
        "{written} records were written to {topic}, not {records}"
    );
    Ok(())
}

fn purchase(id: u64, client: &str) -> Purchase {
    let mut purchase = Purchase {
        id,
        client: client.to_owned(),
        product: "a garden chair".to_owned(),
        cents: 1250 + (id % 100) as i64,
        note: String::new(),
    };
    let bare = serde_json::to_vec(&purchase).map_or(0, |bytes| bytes.len());
    purchase.note = "x".repeat(200usize.saturating_sub(bare));
    purchase
}

/// Makes a topic.
pub(crate) fn create(brokers: &str, topic: &str, partitions: i32) -> Result<()> {
    let new = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
    let results = wait(admin(brokers)?.create_topics([&new], &AdminOptions::new()))?;
    for result in results {
        result.map_err(|(name, code)| anyhow::anyhow!("creating {name}: {code}"))?;
    }
    Ok(())
}

/// Deletes a topic, so that a long run does not fill the disk.
pub(crate) fn delete(brokers: &str, topic: &str) -> Result<()> {
    wait(admin(brokers)?.delete_topics(&[topic], &AdminOptions::new()))?;
    Ok(())
}

fn admin(brokers: &str) -> Result<AdminClient<DefaultClientContext>> {
    Ok(rdkafka::ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .create()?)
}

fn wait<T>(operation: impl Future<Output = Result<T, KafkaError>>) -> Result<T> {
    Ok(tokio::task::block_in_place(|| {
        tokio::runtime::Handle::current().block_on(operation.boxed_local())
    })?)
}
