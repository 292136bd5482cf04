//! What comes too late.

use super::{Id, Model, made};
use crate::delivery::tests::coverage::Met;
use crate::delivery::{Epoch, Finish, Offer, Slot, Ticket};
use crate::outcome::Reason;

impl Model {
    /// What is long over speaks once more: none of it may change anything.
    pub(super) fn haunt(&mut self, which: u8) {
        if let Some(&id) = self.fired.get(usize::from(which)) {
            self.core.timer_fired(id);
        }
        if let Some(txn) = &self.txn {
            self.core.txn_committed(txn.id - 1);
        }
        if self.ghosts.is_empty() {
            return;
        }
        let ghost = &self.ghosts[usize::from(which) % self.ghosts.len()];
        let (start, tickets) = (ghost.start, ghost.tickets.clone());
        for ticket in tickets {
            self.note(Met::StaleFinish);
            self.speak(ticket, which);
        }
        self.core.ended(start);
        if !self.is_current(start.slot, start.epoch) {
            self.offer_late(start.slot, start.epoch);
        }
    }

    /// The client hands over what it had fetched for a partition that is gone, or goes: it is taken and dropped.
    pub(super) fn offer_late(&mut self, slot: Slot, epoch: Epoch) {
        let offset = 1_000_000;
        let late = Offer {
            offset,
            key: None,
            bytes: 1,
            record: Id { slot, offset },
        };
        assert_eq!(self.core.polled(slot, epoch, [late]), 1);
    }

    fn speak(&mut self, ticket: Ticket, which: u8) {
        let of = Id {
            slot: ticket.slot,
            offset: -1,
        };
        self.core.parked(ticket);
        let finish = match which % 3 {
            0 => Finish::Done(made(of, 1, 1)),
            1 => Finish::Retry(None, Reason::Exhausted, "too late"),
            _ => Finish::GiveUp(Reason::Rejected, "too late"),
        };
        self.core.finished(ticket, finish, 0);
        self.core.published(
            ticket,
            match which % 2 {
                0 => Ok(()),
                _ => Err("too late"),
            },
        );
        self.core.dead_lettered(ticket, which.is_multiple_of(2));
    }
}
