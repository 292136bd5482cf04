//! What is taken in, within the bounds.

use super::tracker::Phase;
use super::{Core, Epoch, Freight, Offer, Slot};

impl<F: Freight> Core<F> {
    /// How many records and bytes of a partition may be offered now; the bounds of its worker decide.
    ///
    /// Bytes left may be none while records are: then one record passes only when nothing else is in hand.
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
        let mut nothing_in_hand = bytes == rules.max_bytes;
        let mut taken = 0;
        for offer in offers {
            let size = offer.bytes as usize;
            if records == 0 || (size > bytes && !nothing_in_hand) {
                break;
            }
            taken += 1;
            if partition.push(offer, rules.order) {
                nothing_in_hand = false;
                records -= 1;
                bytes = bytes.saturating_sub(size);
            }
        }
        self.wake(slot);
        taken
    }

    /// Records that a worker has queued or started, and the bytes it keeps: derived from its partitions, so that nothing
    /// can leak. A record that waits for the broker only does not count as a record, or the time of an acknowledgement
    /// would bound the rate; it counts by its bytes.
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
