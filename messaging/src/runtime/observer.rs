//! What an App tells whoever watches it: metrics, tracing and liveness hang on it.

use std::cell::Cell;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::broker::TopicPartition;
use crate::caught::caught;
use crate::message::Delivery;
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
        /// The kind of failure of this try; [`Reason::Error`] for an error that its handler returned.
        reason: Reason,
        /// Which try it was, from 1.
        attempt: u32,
        /// The record: its topic, partition, offset, key and headers.
        delivery: &'a Delivery,
        /// What the handler returned, or what became of it: in words, with its causes, and no longer in the handler's
        /// own type.
        error: &'a (dyn Error + Send + Sync + 'static),
    },
    /// A record was given up; its dead letter is on its way, or it was skipped.
    GivenUp {
        /// The worker.
        worker: &'a str,
        /// Whether it went to the dead letter topic.
        dead_letter: bool,
        /// Why, as in the dead letter's header.
        reason: Reason,
        /// The record: its topic, partition, offset, key and headers, and how many tries it had.
        delivery: &'a Delivery,
        /// The last failure, in words.
        error: &'a (dyn Error + Send + Sync + 'static),
    },
    /// An event came for which its consumer has no handler. It is done.
    UnknownEvent {
        /// The consumer.
        consumer: &'a str,
        /// The event's name, as it came.
        event: &'a str,
    },
    /// Watermarks were committed.
    Committed {
        /// The group.
        group: &'a str,
        /// Of how many partitions.
        partitions: usize,
    },
}

/// Watches an App. It is called on the driver: it must be quick and must not block. A panic of it changes nothing; the
/// first one in a group is logged.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn observe(&self, what: &Observation<'_>);
}

/// The observer of a driver, if it has one.
pub(super) struct Watched {
    observer: Option<Arc<dyn Observer>>,
    /// Whether it was said that the observer panics.
    complained: Cell<bool>,
}

impl Watched {
    pub(super) fn by(observer: Option<Arc<dyn Observer>>) -> Watched {
        Watched {
            observer,
            complained: Cell::new(false),
        }
    }

    /// Tells the observer.
    pub(super) fn tell(&self, what: &Observation<'_>) {
        let Some(observer) = &self.observer else { return };
        if let Err(panic) = caught(|| observer.observe(what))
            && !self.complained.replace(true)
        {
            tracing::error!(
                panic,
                "the observer panicked; it is called again, and this is not said again"
            );
        }
    }
}
