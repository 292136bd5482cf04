//! Which record is at its handler now, for [`super::blocked`] to see from another thread while the one that polls the
//! handler is blocked. Written with plain stores, so that a record pays next to nothing for it.

use std::sync::atomic::{AtomicI64, AtomicU16, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::unit::Unit;
use crate::broker::TopicPartition;
use crate::delivery::{Slot, Start};

/// What one thread at a time polls: the driver in place, or a task of a run that it spawned.
pub(super) struct Pace {
    /// How often a handler's poll began or ended; odd during one.
    changes: AtomicU64,
    worker: AtomicUsize,
    slot: AtomicU16,
    offset: AtomicI64,
    names: Arc<Names>,
}

/// What the numbers of a driver stand for.
pub(super) struct Names {
    group: String,
    workers: Vec<String>,
    partitions: Mutex<Vec<Option<TopicPartition>>>,
}

/// A record that is at its handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AtHandler {
    pub(super) group: String,
    pub(super) worker: String,
    /// `None` before the partition was named.
    pub(super) partition: Option<TopicPartition>,
    pub(super) offset: i64,
}

impl Names {
    pub(super) fn new(group: &str, units: &[Arc<Unit>]) -> Arc<Names> {
        Arc::new(Names {
            group: group.to_owned(),
            workers: units.iter().map(|unit| unit.name.clone()).collect(),
            partitions: Mutex::default(),
        })
    }

    /// From now on a slot stands for this partition.
    pub(super) fn assigned(&self, slot: Slot, partition: &TopicPartition) {
        let mut partitions = self.partitions();
        if partitions.len() <= slot as usize {
            partitions.resize(slot as usize + 1, None);
        }
        partitions[slot as usize] = Some(partition.clone());
    }

    fn partitions(&self) -> MutexGuard<'_, Vec<Option<TopicPartition>>> {
        // Every change is one step.
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    pub(super) fn new(names: Arc<Names>) -> Arc<Pace> {
        Arc::new(Pace {
            changes: AtomicU64::new(0),
            worker: AtomicUsize::new(0),
            slot: AtomicU16::new(0),
            offset: AtomicI64::new(0),
            names,
        })
    }

    /// The polls of a run begin.
    pub(super) fn enter(&self, start: &Start) {
        self.worker.store(start.worker, Ordering::Relaxed);
        self.slot.store(start.slot, Ordering::Relaxed);
        self.change();
    }

    /// Its next poll is for this record.
    pub(super) fn at(&self, offset: i64) {
        self.offset.store(offset, Ordering::Relaxed);
    }

    /// The polls of the run are over for now.
    pub(super) fn leave(&self) {
        self.change();
    }

    /// One poll of a run, for this record.
    pub(super) fn during<T>(&self, start: &Start, offset: i64, poll: impl FnOnce() -> T) -> T {
        self.at(offset);
        self.enter(start);
        let polled = poll();
        self.leave();
        polled
    }

    fn change(&self) {
        // Only one thread writes at a time, so that this needs no lock of the processor.
        let changes = self.changes.load(Ordering::Relaxed);
        self.changes.store(changes.wrapping_add(1), Ordering::Release);
    }

    /// A number that stays the same as long as one poll lasts; `None` while there is none.
    pub(super) fn poll(&self) -> Option<u64> {
        let changes = self.changes.load(Ordering::Acquire);
        (changes % 2 == 1).then_some(changes)
    }

    /// What is polled, to be read while a poll lasts.
    pub(super) fn record(&self) -> Option<AtHandler> {
        let worker = self.names.workers.get(self.worker.load(Ordering::Relaxed))?;
        let slot = self.slot.load(Ordering::Relaxed) as usize;
        Some(AtHandler {
            group: self.names.group.clone(),
            worker: worker.clone(),
            partition: self.names.partitions().get(slot).cloned().flatten(),
            offset: self.offset.load(Ordering::Relaxed),
        })
    }
}
