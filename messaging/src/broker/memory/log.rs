//! A topic: one log per partition.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::Written;
use crate::broker::partitioner::partition_of;
use crate::broker::{Outbound, TopicConfig};
use crate::message::Headers;
use crate::record::RecordBatch;
use crate::runtime::clock;

/// The most bytes handed on at a time, so that one slow record does not keep many in memory.
const BATCH_BYTES: usize = 256 * 1024;

#[derive(Debug)]
pub(super) struct Log {
    partitions: Vec<Vec<Stored>>,
    /// Where the next record without a key goes.
    next: usize,
    /// What the topic was made with, and was given since; only to be looked at.
    config: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Stored {
    timestamp: i64,
    key: Option<Bytes>,
    value: Option<Bytes>,
    headers: Headers,
}

impl Log {
    pub(super) fn new(partitions: i32, config: &BTreeMap<String, String>) -> Log {
        Log {
            partitions: (0..partitions).map(|_| Vec::new()).collect(),
            next: 0,
            config: config.clone(),
        }
    }

    /// Adds partitions until there are so many.
    pub(super) fn grow(&mut self, total: i32) {
        let more = self.partitions()..total;
        self.partitions.extend(more.map(|_| Vec::new()));
    }

    pub(super) fn configure(&mut self, config: &BTreeMap<String, String>) {
        self.config.extend(config.clone());
    }

    pub(super) fn config(&self) -> Vec<TopicConfig> {
        let own = |(name, value): (&String, &String)| TopicConfig {
            name: name.clone(),
            value: Some(value.clone()),
            is_own: true,
        };
        self.config.iter().map(own).collect()
    }

    /// For each partition: the first record that is not older.
    pub(super) fn offsets_at(&self, timestamp: i64) -> Vec<Option<i64>> {
        let first = |records: &Vec<Stored>| {
            let at = records.iter().position(|record| record.timestamp >= timestamp);
            at.map(|at| at as i64)
        };
        self.partitions.iter().map(first).collect()
    }

    pub(super) fn partitions(&self) -> i32 {
        self.partitions.len() as i32
    }

    /// Behind the last record, for each partition.
    pub(super) fn ends(&self) -> Vec<i64> {
        self.partitions
            .iter()
            .map(|records| records.len() as i64)
            .collect()
    }

    /// Writes a message. Returns its partition, offset and timestamp.
    pub(super) fn append(&mut self, message: Outbound<'_>) -> (i32, i64, i64) {
        let partition = match message.key {
            Some(key) => partition_of(key, self.partitions()) as usize,
            None => {
                self.next = (self.next + 1) % self.partitions.len();
                self.next
            }
        };
        let timestamp = clock::wall_millis();
        let records = &mut self.partitions[partition];
        records.push(Stored {
            timestamp,
            key: message.key.map(Bytes::copy_from_slice),
            value: message.value.map(Bytes::copy_from_slice),
            headers: message.headers.clone(),
        });
        (partition as i32, records.len() as i64 - 1, timestamp)
    }

    /// Up to `most` records from `offset` on.
    pub(super) fn read(
        &self,
        topic: &Arc<str>,
        partition: i32,
        offset: i64,
        most: usize,
    ) -> Option<Arc<RecordBatch>> {
        let records = self.partitions.get(partition as usize)?;
        let from = usize::try_from(offset).ok()?;
        let mut batch = RecordBatch::builder(topic.clone(), partition);
        for (at, stored) in records.iter().enumerate().skip(from).take(most) {
            batch.push(
                at as i64,
                Some(stored.timestamp),
                stored.key.as_deref(),
                stored.value.as_deref(),
            );
            stored
                .headers
                .iter()
                .for_each(|(name, value)| batch.push_header(name, value));
            if batch.bytes() >= BATCH_BYTES {
                break;
            }
        }
        (!batch.is_empty()).then(|| batch.finish())
    }

    /// How many records all partitions hold.
    pub(super) fn len(&self) -> usize {
        self.partitions.iter().map(Vec::len).sum()
    }

    /// All records, partition by partition, of the log of `topic`.
    pub(super) fn all(&self, topic: &str) -> Vec<Written> {
        let partitions = self.partitions.iter().enumerate();
        let records = partitions.flat_map(|(partition, records)| {
            let records = records.iter().enumerate();
            records.map(move |(offset, stored)| stored.written(topic, partition, offset))
        });
        records.collect()
    }
}

impl Stored {
    fn written(&self, topic: &str, partition: usize, offset: usize) -> Written {
        Written {
            topic: topic.to_owned(),
            partition: partition as i32,
            offset: offset as i64,
            key: self.key.clone(),
            value: self.value.clone(),
            headers: self.headers.clone(),
            timestamp: self.timestamp,
        }
    }
}
