//! Records of one partition that the broker handed on and the core has no room for yet.

use std::collections::VecDeque;
use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::turns::Turn;
use super::unit::Cargo;
use crate::broker::{Subscription, TopicPartition};
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
    epoch: Epoch,
    /// The worker that handles its topic.
    pub(super) worker: usize,
    batches: VecDeque<(Arc<RecordBatch>, usize)>,
    /// Whether the broker was told not to fetch from it.
    held: bool,
    /// Whether an operator paused it: what waits is not offered, for it would fill the core and not start.
    paused: bool,
    /// Whether the partition is assigned; one that was revoked keeps its inbox: what still runs has outputs, and they
    /// want to know their worker.
    ours: bool,
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

    pub(super) fn is_ours(&self) -> bool {
        self.ours
    }

    /// Keeps a batch. One of another assignment, or of one that is over, would never be offered: it is dropped.
    pub(super) fn push(&mut self, epoch: Epoch, batch: Arc<RecordBatch>) {
        if self.ours && self.epoch == epoch {
            self.batches.push_back((batch, 0));
        }
    }

    /// The partition goes: drops what waits.
    pub(super) fn close(&mut self) {
        self.batches.clear();
        self.ours = false;
    }

    pub(super) fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Offers what is here to the core.
    pub(super) fn admit(&mut self, slot: Slot, core: &mut Core<Cargo>, by_key: bool) -> Turn {
        if self.paused {
            return Turn::Idle;
        }
        let mut any = false;
        while let Some((batch, from)) = self.batches.front_mut() {
            let offers = (*from..batch.len()).map(|index| offer(batch, index, by_key));
            let taken = core.polled(slot, self.epoch, offers);
            any |= taken > 0;
            *from += taken;
            if *from < batch.len() {
                return if any { Turn::CutShort } else { Turn::Refused };
            }
            self.batches.pop_front();
        }
        if any { Turn::Through } else { Turn::Idle }
    }

    /// Stops fetching, or lets it go on. In between it stays as it is, so that the broker's thread reads ahead while
    /// handlers run, and is not told to stop and to go on for each batch.
    pub(super) fn hold_or_go_on(&mut self, slot: Slot, subscription: &mut dyn Subscription) {
        let limit = if self.held { GO_ON } else { STOP };
        let wanted = self.paused || self.batches.len() > limit;
        if wanted != self.held {
            self.held = wanted;
            subscription.hold(slot, wanted);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::policy::{OnExhausted, Order, RetryPolicy};
    use crate::delivery::{Rules, Settlement};
    use crate::runtime::double::Double;

    /// With room for so many records; partition 0 is assigned in epoch 1.
    fn core(max_in_flight: usize) -> Core<Cargo> {
        let rules = Rules {
            concurrency: 1,
            order: Order::Key,
            retry: RetryPolicy::default(),
            on_exhausted: OnExhausted::Dlq,
            batch: None,
            max_in_flight,
            max_bytes: 1000,
            max_ahead: 1000,
        };
        let mut core = Core::new(Settlement::Offsets, vec![rules], None);
        core.assigned(0, 0, 1);
        core
    }

    fn inbox() -> Inbox {
        let partition = TopicPartition {
            topic: "in".into(),
            partition: 0,
        };
        Inbox::new(partition, 1, 0)
    }

    fn batch(offset: i64) -> Arc<RecordBatch> {
        let mut builder = RecordBatch::builder("in".into(), 0);
        builder.push(offset, None, None, None);
        builder.finish()
    }

    #[test]
    fn a_turn_tells_what_became_of_it() {
        let (mut inbox, mut core) = (inbox(), core(2));
        assert_eq!(inbox.admit(0, &mut core, true), Turn::Idle);
        inbox.push(1, batch(0));
        assert_eq!(inbox.admit(0, &mut core, true), Turn::Through);
        inbox.push(1, batch(1));
        inbox.push(1, batch(2));
        assert_eq!(inbox.admit(0, &mut core, true), Turn::CutShort);
        assert_eq!(inbox.admit(0, &mut core, true), Turn::Refused);
        assert_eq!(core.in_flight(), 2);
    }

    #[test]
    fn a_paused_partition_takes_no_room_and_no_fetch() {
        let (mut inbox, mut core, mut broker) = (inbox(), core(2), Double::default());
        inbox.push(1, batch(0));
        inbox.pause(true);
        inbox.hold_or_go_on(0, &mut broker);
        assert_eq!(inbox.admit(0, &mut core, true), Turn::Idle);
        inbox.pause(false);
        inbox.hold_or_go_on(0, &mut broker);
        assert_eq!(inbox.admit(0, &mut core, true), Turn::Through);
        assert_eq!(broker.notes().holds, [(0, true), (0, false)]);
    }

    #[test]
    fn it_is_held_when_it_is_full_and_until_it_is_nearly_empty() {
        let (mut inbox, mut broker) = (inbox(), Double::default());
        for offset in 0..=STOP as i64 {
            assert_eq!(broker.notes().holds, []);
            inbox.push(1, batch(offset));
            inbox.hold_or_go_on(0, &mut broker);
        }
        assert_eq!(broker.notes().holds, [(0, true)]);
        inbox.admit(0, &mut core(STOP - GO_ON), true);
        inbox.hold_or_go_on(0, &mut broker);
        assert_eq!(broker.notes().holds, [(0, true)], "one more than it goes on with");
        inbox.admit(0, &mut core(1), true);
        inbox.hold_or_go_on(0, &mut broker);
        assert_eq!(broker.notes().holds, [(0, true), (0, false)]);
    }

    #[test]
    fn what_comes_for_another_assignment_is_dropped() {
        let (mut inbox, mut core) = (inbox(), core(10));
        inbox.push(2, batch(0));
        assert_eq!(inbox.admit(0, &mut core, true), Turn::Idle);
        inbox.close();
        inbox.push(1, batch(0));
        assert!(inbox.batches.is_empty());
    }
}
