//! Kafka as librdkafka shows it, without a line of the crate under test.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::SOON;

/// A record, to be written or as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Record {
    pub(crate) fn new(key: Option<&str>, value: &str) -> Record {
        Record {
            key: key.map(|key| key.as_bytes().to_vec()),
            value: Some(value.as_bytes().to_vec()),
            ..Record::default()
        }
    }

    /// The first header of this name, as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known == name)?;
        std::str::from_utf8(value.as_deref()?).ok()
    }

    /// The value as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(self.value.as_deref().unwrap_or_default()).unwrap_or("(no text)")
    }
}

/// One Kafka, by its address.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    bootstrap: String,
}

impl Raw {
    pub(crate) fn new(bootstrap: &str) -> Raw {
        Raw {
            bootstrap: bootstrap.to_owned(),
        }
    }

    pub(super) fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.bootstrap);
        config
    }

    /// Makes topics, each with so many partitions.
    pub(crate) fn create_topics(&self, topics: &[(String, i32)]) -> Result<()> {
        let admin: AdminClient<DefaultClientContext> = self.config().create()?;
        let new = topics
            .iter()
            .map(|(name, partitions)| NewTopic::new(name, *partitions, TopicReplication::Fixed(1)))
            .collect::<Vec<_>>();
        let options = AdminOptions::new()
            .request_timeout(Some(SOON))
            .operation_timeout(Some(SOON));
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        for answer in runtime.block_on(admin.create_topics(&new, &options))? {
            answer.map_err(|(topic, code)| anyhow!("{topic}: {code}"))?;
        }
        Ok(())
    }

    /// Writes records in their order, to the partition of each key, and waits until the broker has all of them.
    pub(crate) fn write(&self, topic: &str, records: &[Record]) -> Result<()> {
        let counts = Counts::default();
        let producer: ThreadedProducer<Counts> = self
            .config()
            .set("enable.idempotence", "true")
            .set("partitioner", "murmur2_random")
            .set("queue.buffering.max.messages", "0")
            .set("queue.buffering.max.kbytes", "131072")
            .create_with_context(counts.clone())?;
        for record in records {
            send(&producer, topic, record)?;
        }
        producer.flush(SOON)?;
        let written = counts.written.load(Ordering::Relaxed);
        ensure!(
            written == records.len(),
            "only {written} of {} records were written",
            records.len()
        );
        Ok(())
    }

    /// For each partition: the offset behind the last record.
    pub(crate) fn ends(&self, topic: &str) -> Result<Vec<i64>> {
        let consumer: BaseConsumer = self.config().create()?;
        let count = partitions(&consumer, topic)?;
        (0..count)
            .map(|partition| Ok(consumer.fetch_watermarks(topic, partition, SOON)?.1))
            .collect()
    }

    /// For each partition: what the group has committed; zero before it committed anything.
    pub(crate) fn committed(&self, group: &str, topic: &str) -> Result<Vec<i64>> {
        let consumer: BaseConsumer = self.config().set("group.id", group).create()?;
        let mut list = TopicPartitionList::new();
        list.add_partition_range(topic, 0, partitions(&consumer, topic)? - 1);
        let committed = consumer.committed_offsets(list, SOON)?;
        let offset = |offset| match offset {
            Offset::Offset(offset) => offset,
            _ => 0,
        };
        Ok(committed
            .elements()
            .iter()
            .map(|element| offset(element.offset()))
            .collect())
    }

    /// Says how far a group has come, unless it has committed all that the topic holds.
    pub(crate) fn all_committed(&self, group: &str, topic: &str) -> Result<()> {
        let (ends, committed) = (self.ends(topic)?, self.committed(group, topic)?);
        ensure!(
            ends == committed,
            "{group} has committed {committed:?} of {ends:?}"
        );
        Ok(())
    }

    /// How many members the group has now.
    pub(crate) fn members(&self, group: &str) -> Result<usize> {
        Ok(self.client_ids(group)?.len())
    }

    /// What the members that the group has now call themselves.
    pub(crate) fn client_ids(&self, group: &str) -> Result<Vec<String>> {
        let consumer: BaseConsumer = self.config().create()?;
        let list = consumer.fetch_group_list(Some(group), SOON)?;
        let found = list.groups().iter().find(|found| found.name() == group);
        let members = found.map_or(&[][..], |found| found.members());
        Ok(members
            .iter()
            .map(|member| member.client_id().to_owned())
            .collect())
    }
}

pub(super) fn partitions(consumer: &BaseConsumer, topic: &str) -> Result<i32> {
    let metadata = consumer.fetch_metadata(Some(topic), SOON)?;
    let found = metadata.topics().first().context("no answer about the topic")?;
    ensure!(!found.partitions().is_empty(), "the topic {topic} is not there");
    Ok(i32::try_from(found.partitions().len())?)
}

/// Counts what was written.
#[derive(Clone, Default)]
struct Counts {
    written: Arc<AtomicUsize>,
}

impl rdkafka::ClientContext for Counts {}

impl ProducerContext for Counts {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_ok() {
            self.written.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn send(producer: &ThreadedProducer<Counts>, topic: &str, record: &Record) -> Result<()> {
    let mut message: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(topic);
    message.key = record.key.as_deref();
    message.payload = record.value.as_deref();
    if !record.headers.is_empty() {
        let header = |headers: OwnedHeaders, (key, value): &(String, Option<Vec<u8>>)| {
            headers.insert(Header {
                key,
                value: value.as_deref(),
            })
        };
        message.headers = Some(record.headers.iter().fold(OwnedHeaders::new(), header));
    }
    while let Err((error, back)) = producer.send(message) {
        ensure!(
            matches!(error, KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull)),
            "a record for {topic} was refused: {error}"
        );
        message = back;
        // Waits for room; that some are left is what is expected.
        let _ = producer.flush(Duration::from_millis(10));
    }
    Ok(())
}
