//! Batches: gathered until full, or until the first of them has waited long enough.

use super::core::Timer;
use super::entry::State;
use super::start::{next_free, open};
use super::tracker::Partition;
use super::{Core, Epoch, Freight, Pick, Slot, TimerId};

impl<F: Freight> Core<F> {
    /// Opens a partition's next batch when it is ripe, else sees to its timer.
    pub(super) fn pick_batch(&mut self, slot: Slot, picks: &mut Vec<Pick<F::Record>>) {
        let partition = &mut self.partitions[slot as usize];
        let rules = &self.workers[partition.worker].rules;
        let Some((size, patience)) = rules.batch else {
            return;
        };
        gather(partition, rules.max_ahead, size);
        if partition.gathered.len() >= size || partition.batch_due {
            partition.batch_due = false;
            partition.batch_timer = None;
            for seq in std::mem::take(&mut partition.gathered) {
                open(partition, seq, picks);
            }
        } else if !partition.gathered.is_empty() && partition.batch_timer.is_none() {
            let epoch = partition.epoch;
            let id = self.set_timer(Timer::Batch(slot, epoch), patience);
            self.partitions[slot as usize].batch_timer = Some(id);
        }
    }

    pub(super) fn batch_due(&mut self, slot: Slot, epoch: Epoch, id: TimerId) {
        let partition = &mut self.partitions[slot as usize];
        // The batch that this timer was set for may have been full before.
        if partition.is_current(epoch) && partition.batch_timer == Some(id) {
            partition.batch_timer = None;
            partition.batch_due = !partition.gathered.is_empty();
            self.wake(slot);
        }
    }
}

/// Takes unlocked and queued records for the next batch, up to its size.
fn gather<F: Freight>(partition: &mut Partition<F>, max_ahead: usize, size: usize) {
    while partition.gathered.len() < size {
        let unlocked = partition.unlocked.pop_front();
        let Some(seq) = unlocked.or_else(|| next_free(partition, max_ahead)) else {
            return;
        };
        partition.turn(seq, State::Gathered);
        partition.gathered.push(seq);
    }
}
