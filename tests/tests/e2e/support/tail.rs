//! Reads a topic from its beginning, and later what has come since.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Result, ensure};
use messaging_tests::wait::eventually;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::raw::partitions;
use super::{Raw, Record, SOON, now, number};

/// A reader of one topic and what it has read so far, per partition in order.
pub(crate) struct Tail {
    consumer: BaseConsumer,
    topic: String,
    /// For each partition: the next offset to read.
    next: Vec<i64>,
    records: Vec<Record>,
}

impl Tail {
    pub(crate) fn of(raw: &Raw, topic: &str) -> Result<Tail> {
        let consumer: BaseConsumer = raw
            .config()
            .set("group.id", "e2e-tail")
            .set("enable.auto.commit", "false")
            .set("fetch.queue.backoff.ms", "5")
            .create()?;
        let count = partitions(&consumer, topic)?;
        let mut list = TopicPartitionList::new();
        for partition in 0..count {
            list.add_partition_offset(topic, partition, Offset::Beginning)?;
        }
        consumer.assign(&list)?;
        Ok(Tail {
            consumer,
            topic: topic.to_owned(),
            next: vec![0; usize::try_from(count)?],
            records: Vec::new(),
        })
    }

    /// Reads all that is there now; gives all that was ever read.
    pub(crate) fn read(&mut self) -> Result<&[Record]> {
        let start = now();
        let ends = self.ends()?;
        while self.next.iter().zip(&ends).any(|(next, end)| next < end) {
            ensure!(
                start.elapsed() < SOON,
                "{} cannot be read to its end: {:?} of {ends:?}",
                self.topic,
                self.next
            );
            // Connections come and go, and the client makes them anew.
            if let Some(Ok(message)) = self.consumer.poll(Duration::from_millis(100)) {
                let record = record(&message);
                self.next[usize::try_from(record.partition)?] = record.offset + 1;
                self.records.push(record);
            }
        }
        Ok(&self.records)
    }

    /// The different numbers read so far.
    pub(crate) fn distinct(&mut self) -> Result<HashSet<usize>> {
        Ok(self.read()?.iter().map(number).collect())
    }

    /// Waits until so many different numbers are there.
    pub(crate) fn wait_for(&mut self, count: usize) -> Result<()> {
        let enough = || {
            let distinct = self.distinct()?.len();
            ensure!(distinct >= count, "{distinct} of them");
            Ok(())
        };
        eventually(SOON, &format!("{count} outputs"), enough)
    }

    fn ends(&self) -> Result<Vec<i64>> {
        let count = i32::try_from(self.next.len())?;
        let end = |partition| Ok(self.consumer.fetch_watermarks(&self.topic, partition, SOON)?.1);
        (0..count).map(end).collect()
    }
}

fn record(message: &BorrowedMessage<'_>) -> Record {
    let header = |header: rdkafka::message::Header<'_, &[u8]>| {
        (header.key.to_owned(), header.value.map(<[u8]>::to_vec))
    };
    Record {
        partition: message.partition(),
        offset: message.offset(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: message
            .headers()
            .map_or_else(Vec::new, |all| all.iter().map(header).collect()),
    }
}
