//! What is taken in, within the bounds.

use super::tracker::Phase;
use super::{Core, Epoch, Freight, Offer, Slot};

impl<F: Freight> Core<F> {
    /// How many records and bytes a partition has room for now; the bounds of its worker decide. Records are taken in
    /// while neither is 0, so the last may be larger than the bytes that were left.
    pub fn room(&self, slot: Slot) -> (usize, usize) {
        let Some(partition) = self.partitions.get(slot as usize) else {
            return (0, 0);
        };
        if partition.phase != Phase::Active {
            return (0, 0);
        }
        let rules = &self.workers[partition.worker].rules;
        let (in_flight, bytes) = self.in_hand(partition.worker);
        (
            rules.max_in_flight.saturating_sub(in_flight),
            rules.max_bytes.saturating_sub(bytes),
        )
    }

    /// Offers records of a partition in the order of their offsets. Says how many were taken: the shell keeps the
    /// rest and offers it again when there is room. Records of a stale epoch are taken and dropped.
    pub fn polled(
        &mut self,
        slot: Slot,
        epoch: Epoch,
        offers: impl IntoIterator<Item = Offer<F::Record>>,
    ) -> usize {
        let (mut records, mut bytes) = self.room(slot);
        let Some(partition) = self.partitions.get_mut(slot as usize) else {
            return offers.into_iter().count();
        };
        if !partition.is_current(epoch) || partition.phase != Phase::Active {
            return offers.into_iter().count();
        }
        let rules = &self.workers[partition.worker].rules;
        let mut taken = 0;
        for offer in offers {
            if records == 0 || bytes == 0 {
                break;
            }
            taken += 1;
            let size = offer.bytes as usize;
            if partition.push(offer, rules.order) {
                records -= 1;
                bytes = bytes.saturating_sub(size);
            }
        }
        if taken > 0 {
            self.wake(slot);
        }
        taken
    }

    /// Records that a worker has queued or started, and the bytes it keeps: derived from its partitions, so that
    /// nothing can leak. A record that waits for the broker only does not count as a record, or the time of an
    /// acknowledgement would bound the rate; it counts by its bytes.
    fn in_hand(&self, worker: usize) -> (usize, usize) {
        let own = self
            .partitions
            .iter()
            .filter(|p| p.phase != Phase::Free && p.worker == worker);
        own.fold((0, 0), |(records, bytes), p| {
            (records + p.in_flight - p.handed_on, bytes + p.bytes)
        })
    }
}
