//! Moves records from a partition's queue into a batch.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::member::Shared;
use super::partitions::{Numbers, Partition};
use super::queue::{Fetched, Trouble};
use crate::broker::{BrokerError, Event};
use crate::record::{BatchBuilder, RecordBatch};

/// About how many bytes a batch may have; the record that passes it is its last.
const BATCH_BYTES: usize = 256 * 1024;

/// Makes the partition's pending batch from what is there; says whether there was anything.
pub(super) fn fill(partition: &mut Partition, numbers: &mut Numbers, shared: &Shared) -> bool {
    let builder = || RecordBatch::builder(partition.at.topic.clone(), partition.at.partition);
    let mut batch = builder();
    let mut next = partition.next;
    let mut went_back = false;
    while batch.len() < shared.request.max_poll_records && batch.bytes() < BATCH_BYTES {
        let record = match partition.queue.next() {
            Some(Ok(record)) => record,
            Some(Err(trouble)) => {
                tell(trouble, partition, shared);
                break;
            }
            None => break,
        };
        if record.offset() < next {
            // Reset, or made anew: what came before is of another log, and so is what of it was not handed on yet.
            went_back = true;
            batch = builder();
        }
        next = record.offset() + 1;
        copy(&record, &mut batch);
    }
    partition.next = next;
    if went_back {
        begin_again(partition, numbers, shared);
    }
    let moved = !batch.is_empty();
    partition.pending = moved.then(|| batch.finish());
    moved
}

fn copy(record: &Fetched, batch: &mut BatchBuilder) {
    batch.push(record.offset(), record.timestamp(), record.key(), record.value());
    record.each_header(|name, value| batch.push_header(name, value));
}

fn begin_again(partition: &mut Partition, numbers: &mut Numbers, shared: &Shared) {
    partition.epoch = numbers.epoch();
    shared.tell(Event::Lost(vec![partition.slot]));
    shared.tell(Event::Assigned(vec![(
        partition.slot,
        partition.epoch,
        partition.at.clone(),
    )]));
}

fn tell(trouble: Trouble, partition: &Partition, shared: &Shared) {
    if trouble.code == RDKafkaErrorCode::AutoOffsetReset {
        let group = shared.request.group.clone();
        let topic = partition.at.topic.to_string();
        return shared.tell(Event::Failed(BrokerError::NoOffset { group, topic }));
    }
    shared.error(&KafkaError::MessageConsumption(trouble.code), &trouble.reason);
}
