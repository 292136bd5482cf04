//! Reading without a group: what commands look at records with.

use std::sync::Arc;
use std::task::{Context, Poll};

use super::{BrokerError, TopicPartition};
use crate::record::RecordBatch;

/// Where a partition is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Its first record.
    Earliest,
    /// The next one that is written.
    Latest,
    /// This offset; when the partition does not have it, also because it was deleted meanwhile, its first record.
    Offset(i64),
    /// The first record that is not older than this, in milliseconds since 1970; the next one that is written where all
    /// are older.
    Timestamp(i64),
}

/// What a reader tells.
#[derive(Debug)]
pub enum ReaderEvent {
    /// Records of one partition, behind those that came before.
    Records(Arc<RecordBatch>),
    /// All that the partition has was given out. Comes once for each time that this is so, also when it has nothing.
    End(TopicPartition),
    /// Something to be told, after which it goes on by itself.
    Trouble(BrokerError),
    /// It cannot go on; nothing follows.
    Failed(BrokerError),
}

/// Reads partitions from places that are named. It joins no group and commits nothing, so that nobody else notices.
///
/// Records of transactions are given out once those are committed. Dropping it ends it, and never blocks.
pub trait Reader: Send {
    /// The next event. Safe to drop and call again: an event is taken only when it is returned.
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<ReaderEvent>;
}

/// What to say of a partition that the topic does not have.
pub(super) fn no_such_partition(at: &TopicPartition, partitions: i32) -> BrokerError {
    BrokerError::Failed {
        what: format!("reading partition {} of the topic \"{}\"", at.partition, at.topic),
        why: format!("it has {partitions}, counted from 0"),
    }
}
