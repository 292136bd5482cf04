//! What an App tells whoever watches it: metrics, tracing and liveness hang on it.

use std::time::Duration;

use crate::broker::TopicPartition;
use crate::outcome::Reason;

/// Something that happened. More kinds may come.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Observation<'a> {
    /// A partition was assigned to the group's member here.
    Assigned {
        /// The group.
        group: &'a str,
        /// The partition.
        partition: &'a TopicPartition,
    },
    /// A partition was revoked, or lost when `lost`.
    Revoked {
        /// The group.
        group: &'a str,
        /// The partition.
        partition: &'a TopicPartition,
        /// Whether it was lost: nothing of it could be committed.
        lost: bool,
    },
    /// A handler's run of records was polled for the first time.
    Started {
        /// The worker.
        worker: &'a str,
        /// How many records it was given.
        records: usize,
        /// How many of them were finished at once.
        finished: usize,
        /// How long that took.
        took: Duration,
    },
    /// A record failed; it is tried again or given up.
    Failed {
        /// The worker.
        worker: &'a str,
        /// The kind of failure.
        reason: Reason,
        /// Which try it was, from 1.
        attempt: u32,
    },
    /// A record was given up; its dead letter is on its way, or it was skipped.
    GivenUp {
        /// The worker.
        worker: &'a str,
        /// Whether it went to the dead letter topic.
        dead_letter: bool,
    },
    /// Watermarks were committed.
    Committed {
        /// The group.
        group: &'a str,
        /// Of how many partitions.
        partitions: usize,
    },
}

/// Watches an App. It is called on the driver: it must be quick and must not block.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn observe(&self, what: &Observation<'_>);
}
