//! The partitions of one member: their slots, their epochs, and what is on its way to the driver.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use rdkafka::consumer::BaseConsumer;

use super::ffi::queue::Queue;
use super::rebalance::{Member, Offsets};
use crate::broker::TopicPartition;
use crate::delivery::{Epoch, Slot, Watermark};
use crate::record::RecordBatch;

/// A partition that is ours.
pub(super) struct Partition {
    pub(super) slot: Slot,
    pub(super) epoch: Epoch,
    pub(super) at: TopicPartition,
    /// librdkafka's queue of what it fetched; left alone while held, which keeps what is in it.
    pub(super) queue: Queue,
    pub(super) held: bool,
    /// A batch for which the driver had no room yet.
    pub(super) pending: Option<Arc<RecordBatch>>,
    /// The size of the last batch, records and bytes; the next one is mostly as large.
    pub(super) usual: (usize, usize),
    /// The first offset that came in this epoch.
    pub(super) first: Option<i64>,
    /// The lowest offset that may come next.
    pub(super) next: i64,
}

impl Partition {
    /// Goes on at `from`, in another epoch; what was read and not handed on is forgotten.
    pub(super) fn begin_again(&mut self, from: i64, epoch: Epoch) {
        self.epoch = epoch;
        self.queue.forget();
        self.pending = None;
        self.held = false;
        self.first = Some(from);
        self.next = from;
    }
}

/// All of them, the client they were assigned to, and the numbers given out.
#[derive(Default)]
pub(super) struct Partitions {
    live: Vec<Partition>,
    /// Nobody's after a fatal error, until there is another client.
    client: Weak<BaseConsumer<Member>>,
    numbers: Numbers,
}

impl Partitions {
    /// The client in use; the poll thread owns it.
    pub(super) fn client(&self) -> Option<Arc<BaseConsumer<Member>>> {
        self.client.upgrade()
    }

    /// From now on this client is in use.
    pub(super) fn belong_to(&mut self, client: &Arc<BaseConsumer<Member>>) {
        self.client = Arc::downgrade(client);
    }

    /// The client is of no use any more: lets go of it and of all that was assigned to it.
    pub(super) fn give_up(&mut self) -> Vec<Partition> {
        self.client = Weak::new();
        self.take(|_| true)
    }

    /// Takes a partition; `None` when there are no more slots.
    pub(super) fn add(&mut self, at: TopicPartition, queue: Queue) -> Option<&Partition> {
        let slot = self.numbers.slot(&at)?;
        let epoch = self.numbers.epoch();
        self.live.push(Partition {
            slot,
            epoch,
            at,
            queue,
            held: false,
            pending: None,
            usual: (0, 0),
            first: None,
            next: 0,
        });
        self.live.last()
    }

    /// Lets go of those that `which` names.
    pub(super) fn take(&mut self, which: impl Fn(&TopicPartition) -> bool) -> Vec<Partition> {
        let all = std::mem::take(&mut self.live);
        let (gone, kept) = all.into_iter().partition(|p| which(&p.at));
        self.live = kept;
        gone
    }

    /// Those that are ours.
    pub(super) fn live(&self) -> &[Partition] {
        &self.live
    }

    /// Partitions and offsets of those marks that have one and whose epoch is not over.
    pub(super) fn offsets(&self, marks: &[Watermark]) -> Offsets {
        let offset = |mark: &Watermark| {
            let ours = |p: &&Partition| (p.slot, p.epoch) == (mark.slot, mark.epoch);
            let live = self.live.iter().find(ours)?;
            Some((live.at.topic.to_string(), live.at.partition, mark.offset?))
        };
        marks.iter().filter_map(offset).collect()
    }

    /// The one at this place of [`live`](Self::live), and the numbers, for a new epoch.
    pub(super) fn at(&mut self, index: usize) -> Option<(&mut Partition, &mut Numbers)> {
        let numbers = &mut self.numbers;
        self.live.get_mut(index).map(|partition| (partition, numbers))
    }

    /// Holds a partition back or goes on; a stale epoch changes nothing.
    pub(super) fn hold(&mut self, slot: Slot, epoch: Epoch, held: bool) {
        let found = self.live.iter_mut().find(|p| (p.slot, p.epoch) == (slot, epoch));
        if let Some(partition) = found {
            partition.held = held;
        }
    }
}

/// Gives out slots, the same one for a partition each time it comes, and epochs, which only rise.
#[derive(Default)]
pub(super) struct Numbers {
    slots: BTreeMap<TopicPartition, Slot>,
    last: Epoch,
}

impl Numbers {
    fn slot(&mut self, at: &TopicPartition) -> Option<Slot> {
        if let Some(slot) = self.slots.get(at) {
            return Some(*slot);
        }
        let slot = Slot::try_from(self.slots.len()).ok()?;
        self.slots.insert(at.clone(), slot);
        Some(slot)
    }

    /// The next epoch.
    pub(super) fn epoch(&mut self) -> Epoch {
        self.last += 1;
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(topic: &str, partition: i32) -> TopicPartition {
        TopicPartition {
            topic: topic.into(),
            partition,
        }
    }

    #[test]
    fn a_slot_stays_and_an_epoch_rises() {
        let mut numbers = Numbers::default();
        let slots: Vec<_> = [at("a", 0), at("b", 0), at("a", 0), at("a", 1)]
            .iter()
            .map(|p| numbers.slot(p))
            .collect();
        assert_eq!(slots, [Some(0), Some(1), Some(0), Some(2)]);
        assert!(numbers.epoch() < numbers.epoch());
    }

    #[test]
    fn there_are_65536_slots() {
        let mut numbers = Numbers::default();
        assert!((0..65_536).all(|p| numbers.slot(&at("t", p)).is_some()));
        assert_eq!(numbers.slot(&at("t", 65_536)), None);
    }
}
