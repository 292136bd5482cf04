//! Records of one partition that the broker handed on and the core has no room for yet.

use std::collections::VecDeque;
use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::unit::Cargo;
use crate::broker::TopicPartition;
use crate::delivery::{Core, Epoch, Offer, Slot};
use crate::record::{Record, RecordBatch};

/// With more batches than this waiting, nothing more is fetched from the partition …
const STOP: usize = 8;
/// … until there are no more than this.
const GO_ON: usize = 2;

/// A partition as the driver sees it.
#[derive(Debug)]
pub(super) struct Inbox {
    pub(super) partition: TopicPartition,
    pub(super) epoch: Epoch,
    /// The worker that handles its topic.
    pub(super) worker: usize,
    batches: VecDeque<(Arc<RecordBatch>, usize)>,
    /// Whether the broker was told not to fetch from it.
    held: bool,
    /// Whether an operator paused it.
    pub(super) paused: bool,
    /// Whether the partition is assigned; one that was revoked keeps its inbox until what runs has ended.
    pub(super) ours: bool,
}

impl Inbox {
    pub(super) fn new(partition: TopicPartition, epoch: Epoch, worker: usize) -> Inbox {
        Inbox {
            partition,
            epoch,
            worker,
            batches: VecDeque::new(),
            held: false,
            paused: false,
            ours: true,
        }
    }

    pub(super) fn push(&mut self, batch: Arc<RecordBatch>) {
        self.batches.push_back((batch, 0));
    }

    pub(super) fn clear(&mut self) {
        self.batches.clear();
    }

    /// Offers what is here to the core. Says whether it took anything.
    pub(super) fn admit(&mut self, slot: Slot, core: &mut Core<Cargo>, by_key: bool) -> bool {
        let mut any = false;
        while let Some((batch, from)) = self.batches.front_mut() {
            let offers = (*from..batch.len()).map(|index| offer(batch, index, by_key));
            let taken = core.polled(slot, self.epoch, offers);
            any |= taken > 0;
            *from += taken;
            if *from < batch.len() {
                break;
            }
            self.batches.pop_front();
        }
        any
    }

    /// Whether fetching is to be stopped or to go on, when that changes. In between it stays as it is, so that the
    /// broker's thread reads ahead while handlers run, and is not told to stop and to go on for each batch.
    pub(super) fn change_of_hold(&mut self) -> Option<bool> {
        let limit = if self.held { GO_ON } else { STOP };
        let wanted = self.paused || self.batches.len() > limit;
        (wanted != self.held).then(|| {
            self.held = wanted;
            wanted
        })
    }
}

fn offer(batch: &Arc<RecordBatch>, index: usize, by_key: bool) -> Offer<Record> {
    let record = Record::new(batch, index);
    let key = if by_key { record.key().map(hash) } else { None };
    Offer {
        offset: record.offset(),
        key,
        bytes: record.size() as u32,
        record,
    }
}

fn hash(key: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(key);
    hasher.finish()
}
