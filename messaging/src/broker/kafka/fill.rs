//! Moves records from a partition's queue into a batch.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::topic_partition_list::Offset;

use super::ffi::queue::{Fetched, Trouble};
use super::member::{Shared, lock};
use super::partitions::{Numbers, Partition};
use super::rebalance::Member;
use crate::broker::{BrokerError, Event};
use crate::record::{BatchBuilder, RecordBatch};

/// About how many bytes a batch may have; the record that passes it is its last.
pub(super) const BATCH_BYTES: usize = 256 * 1024;

/// Makes the partition's pending batch from what is there; says whether there was anything.
pub(super) fn fill(
    partition: &mut Partition,
    numbers: &mut Numbers,
    consumer: &BaseConsumer<Member>,
    shared: &Shared,
) -> bool {
    let mut batch = RecordBatch::builder(partition.at.topic.clone(), partition.at.partition);
    while batch.len() < shared.request.max_poll_records && batch.bytes() < BATCH_BYTES {
        let record = match partition.queue.next() {
            Some(Ok(record)) => record,
            Some(Err(trouble)) => {
                tell(trouble, partition, shared);
                break;
            }
            None => break,
        };
        if record.offset() < partition.next {
            go_back(record.offset(), partition, numbers, consumer, shared);
            return true;
        }
        partition.next = record.offset() + 1;
        partition.first.get_or_insert(record.offset());
        if batch.is_empty() {
            let (records, bytes) = partition.usual;
            batch.reserve(records, bytes);
        }
        copy(&record, &mut batch);
    }
    if batch.is_empty() {
        return false;
    }
    partition.usual = (batch.len(), batch.bytes());
    partition.pending = Some(batch.finish());
    true
}

/// Adds a record to a batch.
pub(super) fn copy(record: &Fetched, batch: &mut BatchBuilder) {
    batch.push(record.offset(), record.timestamp(), record.key(), record.value());
    record.each_header(|name, value| batch.push_header(name, value));
}

/// The log was cut at `cut`, or made anew: what was read from there on is of another log. What is below it is still
/// valid, but goes with the epoch where it is not done. So the partition is read again from the first record that is
/// not done, or is of the other log.
fn go_back(
    cut: i64,
    partition: &mut Partition,
    numbers: &mut Numbers,
    consumer: &BaseConsumer<Member>,
    shared: &Shared,
) {
    let noted = shared.noted(&[(partition.slot, partition.epoch)]);
    let from = goes_on_at(cut, noted.first().and_then(|mark| mark.offset), partition.first);
    // Without a wait: from this call on, what librdkafka fetched before is outdated and not given out any more.
    let (topic, number) = (&*partition.at.topic, partition.at.partition);
    if let Err(error) = consumer.seek(topic, number, Offset::Offset(from), Duration::ZERO) {
        // Another client begins where the group committed.
        *lock(&shared.fatal) = Some(shared.not_read_again(topic, from, &error));
        return;
    }
    tracing::warn!(
        group = shared.request.group,
        topic,
        partition = number,
        cut,
        from,
        "the partition's log was cut or made anew; what was not done is read again"
    );
    partition.begin_again(from, numbers.epoch());
    shared.tell(Event::Lost(vec![partition.slot]));
    shared.tell(Event::Assigned(vec![(
        partition.slot,
        partition.epoch,
        partition.at.clone(),
    )]));
}

/// Where a partition goes on whose log is another one from `cut` on: at the watermark that was noted last, or, with
/// nothing done, at the first record of the epoch, but not behind the cut.
fn goes_on_at(cut: i64, watermark: Option<i64>, first: Option<i64>) -> i64 {
    watermark.or(first).map_or(cut, |unfinished| unfinished.min(cut))
}

fn tell(trouble: Trouble, partition: &Partition, shared: &Shared) {
    if trouble.code == RDKafkaErrorCode::AutoOffsetReset {
        let group = shared.request.group.clone();
        let topic = partition.at.topic.to_string();
        return shared.tell(Event::Failed(BrokerError::NoOffset { group, topic }));
    }
    shared.error(&KafkaError::MessageConsumption(trouble.code), &trouble.reason);
}

#[cfg(test)]
mod tests {
    use super::goes_on_at;

    #[test]
    fn what_is_not_done_below_a_cut_comes_again() {
        assert_eq!(goes_on_at(110, Some(85), Some(80)), 85);
        assert_eq!(goes_on_at(110, None, Some(80)), 80, "nothing was done yet");
    }

    #[test]
    fn nothing_behind_a_cut_is_skipped() {
        assert_eq!(goes_on_at(110, Some(115), Some(80)), 110);
        assert_eq!(
            goes_on_at(0, Some(115), Some(80)),
            0,
            "a topic that was made anew"
        );
    }
}
