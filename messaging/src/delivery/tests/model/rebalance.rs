//! Time, rebalances, the operator.

use std::time::Duration;

use super::ledger::{Assignment, Phase, Standing};
use super::{Expected, Met, Model, Run};
use crate::delivery::tests::events::{SLOTS, WORKERS};
use crate::delivery::{Slot, Start, Ticket};

impl Model {
    pub(super) fn tick(&mut self) {
        let Some(&(due, _)) = self.timers.first() else {
            return;
        };
        self.now = due;
        while let Some(&(at, id)) = self.timers.first()
            && at == due
        {
            self.timers.remove(&(at, id));
            self.fired.push(id);
            self.note(Met::Timer);
            self.core.timer_fired(id);
        }
    }

    pub(super) fn assign(&mut self, slot: Slot, stolen: bool) {
        if self.held[slot as usize].is_some() {
            if !stolen {
                return;
            }
            self.bury(slot);
        }
        self.epoch += 1;
        let log = &self.logs[slot as usize];
        let position = log.written.partition_point(|written| written.offset < log.kept);
        let phase = match self.drain {
            Some(_) => Phase::Draining,
            None => Phase::Active,
        };
        self.held[slot as usize] = Some(Assignment::new(self.epoch, log.kept, position, phase));
        self.core.assigned(slot, usize::from(slot) % WORKERS, self.epoch);
    }

    pub(super) fn revoke(&mut self, slots: u8, patience: u8) {
        let slots = slots_of(slots);
        let deadline = self.now + u64::from(patience);
        for &slot in &slots {
            if let Some(held) = &mut self.held[slot as usize] {
                held.phase = match held.phase {
                    // The first deadline holds.
                    Phase::Revoking { deadline: first } => Phase::Revoking {
                        deadline: first.min(deadline),
                    },
                    Phase::Active | Phase::Draining => Phase::Revoking { deadline },
                };
                held.drop_where(Standing::is_idle);
                held.fetched.clear();
                self.seen.note(Met::Rebalance);
            }
        }
        self.core
            .revoked(&slots, Duration::from_millis(u64::from(patience)));
    }

    pub(super) fn lose(&mut self, slots: u8) {
        let slots = slots_of(slots);
        slots.iter().for_each(|&slot| self.bury(slot));
        self.core.lost(&slots);
    }

    /// The assignment is gone; what it had may still speak.
    pub(super) fn bury(&mut self, slot: Slot) {
        let Some(held) = self.held[slot as usize].take() else {
            return;
        };
        self.note(Met::Rebalance);
        let start = Start {
            worker: usize::from(slot) % WORKERS,
            slot,
            epoch: held.epoch,
        };
        let tickets = (0..held.entries.len() as u64).map(|seq| Ticket {
            slot,
            epoch: held.epoch,
            seq,
        });
        let tickets = tickets.collect();
        self.ghosts.push(Run { start, tickets });
    }

    pub(super) fn pause(&mut self, slot: Slot) {
        if let Some(held) = &mut self.held[slot as usize]
            && held.phase == Phase::Active
            && !held.paused
        {
            held.paused = true;
            self.expected.push(Expected::Pause(slot));
            self.note(Met::Pause);
        }
        self.core.pause_requested(slot);
    }

    pub(super) fn resume(&mut self, slot: Slot) {
        if let Some(held) = &mut self.held[slot as usize]
            && held.phase == Phase::Active
            && held.paused
        {
            held.paused = false;
            self.expected.push(Expected::Resume(slot));
        }
        self.core.resume_requested(slot);
    }

    pub(super) fn drain(&mut self, patience: u8) {
        self.note(Met::Drain);
        if self.drain.is_none() {
            self.drain = Some(self.now + u64::from(patience));
            for (slot, held) in (0..).zip(&mut self.held) {
                let Some(held) = held else { continue };
                if held.phase == Phase::Active {
                    held.phase = Phase::Draining;
                    self.expected.extend(held.refused(slot).map(Expected::Refused));
                    held.drop_where(Standing::is_idle);
                    held.fetched.clear();
                }
            }
        }
        self.core
            .drain_requested(Duration::from_millis(u64::from(patience)));
    }

    pub(super) fn rewind(&mut self, slot: Slot, back: u8) {
        if let Some(held) = &mut self.held[slot as usize]
            && held.phase == Phase::Active
        {
            let behind = held.position - held.fetched.len();
            held.position = behind.saturating_sub(usize::from(back)).max(held.first);
            held.fetched.clear();
            self.note(Met::Rewind);
        }
    }
}

fn slots_of(bits: u8) -> Vec<Slot> {
    (0..SLOTS).filter(|slot| bits & (1 << slot) != 0).collect()
}
