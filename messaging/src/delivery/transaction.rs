//! Exactly once by staging.
//!
//! What a record wants written stays with the record until all records before it in its partition are ready too. One
//! transaction then writes the prefixes of all partitions with their watermarks, while handlers go on staging. A
//! transaction that fails is written again from what is staged; no handler runs twice for it.

use std::ops::Range;

use super::entry::{Staged, State};
use super::tracker::Phase;
use super::{Command, Core, Epoch, Freight, Settlement, Slot, Ticket, TxnId, Watermark};
use crate::outcome::Reason;

/// The open transaction, of which there is one at most.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    open: Option<Open>,
    last: TxnId,
}

#[derive(Debug)]
struct Open {
    id: TxnId,
    parts: Vec<Part>,
    aborting: bool,
}

/// The records of one assignment that a transaction writes.
type Part = (Slot, Epoch, Range<u64>);

impl<F: Freight> Core<F> {
    /// The broker has committed the transaction: its records are done.
    pub fn txn_committed(&mut self, id: TxnId) {
        let Some(open) = self.transactions.close(id) else {
            return;
        };
        for (slot, epoch, range) in &open.parts {
            let partition = &mut self.partitions[*slot as usize];
            if !partition.is_current(*epoch) {
                continue;
            }
            for seq in range.clone() {
                partition.settle(seq);
            }
            self.settled += range.end - range.start;
            partition.requested = partition.watermark();
            self.wake(*slot);
        }
        self.after_transaction();
    }

    /// It has not: what was staged is written again in a new one. A partition that is to go goes without, unless it
    /// was we who ended the transaction.
    pub fn txn_failed(&mut self, id: TxnId) {
        let Some(open) = self.transactions.close(id) else {
            return;
        };
        if open.aborting {
            self.work_to_commit();
        } else {
            self.forsake(&open.parts);
            self.commit_again();
        }
        self.after_transaction();
    }

    fn forsake(&mut self, parts: &[Part]) {
        for (slot, epoch, _) in parts {
            let partition = &mut self.partitions[*slot as usize];
            partition.forsaken |= partition.is_current(*epoch) && partition.phase != Phase::Active;
        }
    }

    /// Begins a transaction with all staged prefixes. Says `false` while another is open.
    pub(super) fn begin_transaction(&mut self) -> bool {
        if self.transactions.open.is_some() {
            return false;
        }
        let own = self
            .partitions
            .iter()
            .filter(|p| p.phase != Phase::Free && !p.forsaken);
        let parts: Vec<_> = own
            .map(|p| (p.slot, p.epoch, p.staged_prefix()))
            .filter(|(.., r)| !r.is_empty())
            .collect();
        if parts.is_empty() {
            return true;
        }
        let id = self.transactions.last + 1;
        self.commands.push_back(Command::BeginTxn(id));
        let mut marks = Vec::new();
        for (slot, epoch, range) in &parts {
            for seq in range.clone() {
                self.write_staged(Ticket {
                    slot: *slot,
                    epoch: *epoch,
                    seq,
                });
            }
            let offset = self.partitions[*slot as usize].offset_at(range.end);
            marks.push(Watermark {
                slot: *slot,
                epoch: *epoch,
                offset,
            });
        }
        self.commands.push_back(Command::EndTxn(id, marks));
        self.transactions = Transactions {
            open: Some(Open {
                id,
                parts,
                aborting: false,
            }),
            last: id,
        };
        true
    }

    /// Whether a partition that is to go must wait for a transaction; begins it when none is open.
    pub(super) fn needs_transaction(&mut self, slot: Slot) -> bool {
        if self.settlement != Settlement::Transactions {
            return false;
        }
        let partition = &self.partitions[slot as usize];
        let (epoch, waits) = (
            partition.epoch,
            !partition.forsaken && !partition.staged_prefix().is_empty(),
        );
        if self.transactions.includes(slot, epoch) {
            return true;
        }
        if waits {
            self.begin_transaction();
        }
        waits
    }

    /// The partition's outputs must not be committed: it is not ours any more.
    pub(super) fn abort_transaction_of(&mut self, slot: Slot, epoch: Epoch) {
        if self.transactions.includes(slot, epoch) {
            self.abort_transaction();
        }
    }

    /// The broker will never take one of a record's outputs: the record is given up in their place.
    pub(super) fn refused_in_transaction(&mut self, ticket: Ticket, cause: F::Cause) {
        if self.state(ticket) != Some(State::Staged) {
            return;
        }
        let entry = self.partitions[ticket.slot as usize].entry(ticket.seq);
        let staged = entry.and_then(|entry| entry.staged.as_deref());
        if matches!(staged, Some(Staged::Outputs(_))) {
            self.give_up(ticket, Reason::Output, cause);
            self.abort_transaction_of(ticket.slot, ticket.epoch);
        }
    }

    fn abort_transaction(&mut self) {
        if let Some(open) = self.transactions.open.as_mut().filter(|open| !open.aborting) {
            open.aborting = true;
            self.commands.push_back(Command::AbortTxn(open.id));
        }
    }

    fn write_staged(&mut self, ticket: Ticket) {
        let Some(partition) = self.current(ticket) else {
            return;
        };
        let staged = partition
            .entry(ticket.seq)
            .and_then(|entry| entry.staged.as_deref().cloned());
        match staged {
            Some(Staged::Outputs(outputs)) => self.commands.push_back(Command::Publish(ticket, outputs)),
            Some(Staged::DeadLetter { given_up, .. }) => {
                self.commands.push_back(Command::DeadLetter(ticket, given_up))
            }
            Some(Staged::Nothing) | None => {}
        }
    }

    fn after_transaction(&mut self) {
        for slot in 0..self.partitions.len() {
            self.check_released(slot as Slot);
        }
        self.check_drained();
    }
}

impl Transactions {
    fn close(&mut self, id: TxnId) -> Option<Open> {
        self.open.take_if(|open| open.id == id)
    }

    fn includes(&self, slot: Slot, epoch: Epoch) -> bool {
        let parts = self.open.as_ref().map_or(&[][..], |open| &open.parts);
        parts.iter().any(|(s, e, _)| *s == slot && *e == epoch)
    }
}
