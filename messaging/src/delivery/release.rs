//! Revoked, lost, drained: how partitions go.

use std::time::Duration;

use super::core::Timer;
use super::entry::State;
use super::tracker::{Partition, Phase};
use super::{Command, Core, Epoch, Freight, Settlement, Slot, Watermark};

impl<F: Freight> Core<F> {
    /// Partitions go to another member of the group. What waits is dropped at once; what runs may finish until
    /// `deadline`; then each is released with [`Command::ReleasePartition`].
    pub fn revoked(&mut self, slots: &[Slot], deadline: Duration) {
        for &slot in slots {
            let Some(partition) = self.ours(slot) else {
                continue;
            };
            partition.phase = Phase::Revoking;
            partition.abandon_idle();
            let epoch = partition.epoch;
            self.check_released(slot);
            if self.ours(slot).is_some() {
                self.set_timer(Timer::Revoke(slot, epoch), deadline);
            }
        }
    }

    /// Partitions were taken away: what runs is cancelled at once, nothing is committed.
    pub fn lost(&mut self, slots: &[Slot]) {
        for &slot in slots {
            let Some(epoch) = self.ours(slot).map(|partition| partition.epoch) else {
                continue;
            };
            self.commands.push_back(Command::Cancel(slot, epoch));
            self.abort_transaction_of(slot, epoch);
            self.forget(slot);
        }
        self.take_back();
        self.check_drained();
    }

    /// The program ends. What runs may finish until `deadline`; then [`Command::Drained`] comes.
    pub fn drain_requested(&mut self, deadline: Duration) {
        if std::mem::replace(&mut self.draining, true) {
            return;
        }
        for partition in self
            .partitions
            .iter_mut()
            .filter(|partition| partition.phase == Phase::Active)
        {
            partition.phase = Phase::Draining;
            let refused = partition.cut_off(State::is_refused);
            self.commands.extend(refused.map(Command::CutOff));
            partition.abandon_idle();
        }
        self.set_timer(Timer::Drain, deadline);
        self.check_drained();
    }

    pub(super) fn revoke_due(&mut self, slot: Slot, epoch: Epoch) {
        let Some(partition) = self.ours(slot) else { return };
        if partition.epoch != epoch || partition.phase != Phase::Revoking {
            return;
        }
        self.cancel(slot);
        self.check_released(slot);
    }

    pub(super) fn drain_due(&mut self) {
        for slot in 0..self.partitions.len() {
            if self.partitions[slot].phase != Phase::Free {
                self.cancel(slot as Slot);
                self.check_released(slot as Slot);
            }
        }
        self.check_drained();
    }

    /// Releases a partition that is to go once nothing of it is on its way.
    pub(super) fn check_released(&mut self, slot: Slot) {
        let partition = &self.partitions[slot as usize];
        if !partition.is_at_rest() {
            return;
        }
        let phase = partition.phase;
        match phase {
            Phase::Revoking if !self.needs_transaction(slot) => self.release(slot),
            Phase::Draining => self.check_drained(),
            _ => {}
        }
    }

    /// Ends the drain once nothing is on its way in any partition.
    pub(super) fn check_drained(&mut self) {
        if !self.draining || self.drained {
            return;
        }
        let stays = |p: &Partition<F>| !p.is_at_rest() || p.phase == Phase::Revoking;
        if self.partitions.iter().any(stays) {
            return;
        }
        for slot in 0..self.partitions.len() {
            if self.partitions[slot].phase != Phase::Free && self.needs_transaction(slot as Slot) {
                return;
            }
        }
        self.drained = true;
        self.request_acks();
        let marks = match self.settlement {
            Settlement::Offsets => self.watermarks(),
            Settlement::Acks | Settlement::Transactions => Vec::new(),
        };
        self.commands.push_back(Command::Drained(marks));
    }

    /// Forgets everything about a partition.
    pub(super) fn forget(&mut self, slot: Slot) {
        let partition = &mut self.partitions[slot as usize];
        let old = std::mem::replace(partition, Partition::free(slot));
        self.commits.forget(slot);
        if old.phase != Phase::Free {
            self.free_run(old.worker, old.running);
        }
    }

    fn release(&mut self, slot: Slot) {
        let partition = &self.partitions[slot as usize];
        let offset = match self.settlement {
            Settlement::Offsets => partition.watermark(),
            Settlement::Acks | Settlement::Transactions => None,
        };
        let mark: Watermark = partition.mark(offset);
        self.request_acks();
        self.commands.push_back(Command::ReleasePartition(mark));
        self.forget(slot);
        self.check_drained();
    }

    /// Cancels what a partition has on its way.
    fn cancel(&mut self, slot: Slot) {
        let partition = &mut self.partitions[slot as usize];
        if partition.is_at_rest() {
            return;
        }
        self.commands
            .extend(partition.cut_off(State::is_busy).map(Command::CutOff));
        partition.abandon_where(State::is_busy);
        let (worker, epoch) = (partition.worker, partition.epoch);
        let running = std::mem::take(&mut partition.running);
        self.take_back();
        self.commands.push_back(Command::Cancel(slot, epoch));
        self.free_run(worker, running);
    }

    /// Takes back what was to be written for records that do not wait for it any more, and that nobody has taken yet.
    fn take_back(&mut self) {
        let mut commands = std::mem::take(&mut self.commands);
        commands.retain(|command| match command {
            Command::Publish(ticket, _)
            | Command::DeadLetter(ticket, _)
            | Command::DeadLetterAgain(ticket, _) => self.state(*ticket).is_some_and(State::is_handed_on),
            _ => true,
        });
        self.commands = commands;
    }

    fn ours(&mut self, slot: Slot) -> Option<&mut Partition<F>> {
        self.partitions
            .get_mut(slot as usize)
            .filter(|partition| partition.phase != Phase::Free)
    }
}
