//! Reads partitions without a group.

use std::task::{Context, Poll};

use super::{MemoryBroker, Shared};
use crate::broker::reader::no_such_partition;
use crate::broker::{BrokerError, Reader, ReaderEvent, Start, TopicPartition};

/// The most records given out at a time.
const RECORDS: usize = 500;

pub(super) struct MemoryReader {
    broker: MemoryBroker,
    /// Under which its waker is kept.
    id: u64,
    partitions: Vec<Reading>,
    /// Which partition is read next, so that each has its turn.
    turn: usize,
    failed: bool,
}

struct Reading {
    at: TopicPartition,
    start: Start,
    /// The next offset; `None` until the first look.
    position: Option<i64>,
    end_told: bool,
}

impl MemoryReader {
    pub(super) fn new(broker: MemoryBroker, from: &[(TopicPartition, Start)]) -> MemoryReader {
        let reading = |(at, start): &(TopicPartition, Start)| Reading {
            at: at.clone(),
            start: *start,
            position: None,
            end_told: false,
        };
        let mut partitions: Vec<Reading> = from.iter().map(reading).collect();
        let mut shared = broker.lock();
        let id = shared.new_reader();
        // What is written from now on is behind "latest"; an absent topic is for the first look to tell.
        for reading in &mut partitions {
            reading.position = reading.begin(&shared).ok();
        }
        drop(shared);
        MemoryReader {
            broker,
            id,
            partitions,
            turn: 0,
            failed: false,
        }
    }

    fn next_event(&mut self, shared: &Shared) -> Option<ReaderEvent> {
        let count = self.partitions.len();
        for step in 0..count {
            let index = (self.turn + step) % count;
            let found = self.partitions[index].next(shared);
            if let Some(event) = found.unwrap_or_else(|error| Some(ReaderEvent::Failed(error))) {
                self.turn = (index + 1) % count;
                return Some(event);
            }
        }
        None
    }
}

impl Reading {
    /// The first offset to be read.
    fn begin(&self, shared: &Shared) -> Result<i64, BrokerError> {
        let topic = self.at.topic.to_string();
        let log = shared
            .topics
            .get(&topic)
            .ok_or(BrokerError::UnknownTopic { topic })?;
        let end = log.ends().get(self.at.partition as usize).copied();
        let end = end.ok_or_else(|| no_such_partition(&self.at, log.partitions()))?;
        Ok(match self.start {
            Start::Earliest => 0,
            Start::Latest => end,
            Start::Offset(offset) if (0..=end).contains(&offset) => offset,
            Start::Offset(_) => 0,
            Start::Timestamp(time) => {
                let found = log.offsets_at(time).get(self.at.partition as usize).copied();
                found.flatten().unwrap_or(end)
            }
        })
    }

    fn next(&mut self, shared: &Shared) -> Result<Option<ReaderEvent>, BrokerError> {
        let position = match self.position {
            Some(position) => position,
            None => self.begin(shared)?,
        };
        let topic = &self.at.topic;
        let log = shared.topics.get(&**topic);
        let log = log.ok_or_else(|| BrokerError::UnknownTopic {
            topic: topic.to_string(),
        })?;
        self.position = Some(position);
        if let Some(batch) = log.read(topic, self.at.partition, position, RECORDS) {
            self.position = Some(position + batch.len() as i64);
            self.end_told = false;
            return Ok(Some(ReaderEvent::Records(batch)));
        }
        let told = std::mem::replace(&mut self.end_told, true);
        Ok((!told).then(|| ReaderEvent::End(self.at.clone())))
    }
}

impl Reader for MemoryReader {
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<ReaderEvent> {
        if self.failed {
            return Poll::Pending;
        }
        let broker = self.broker.clone();
        let mut shared = broker.lock();
        let Some(event) = self.next_event(&shared) else {
            shared.readers.insert(self.id, context.waker().clone());
            return Poll::Pending;
        };
        self.failed = matches!(event, ReaderEvent::Failed(_));
        Poll::Ready(event)
    }
}

impl Drop for MemoryReader {
    fn drop(&mut self) {
        self.broker.lock().readers.remove(&self.id);
    }
}
