//! The broker: records and answers.

use super::ledger::{Letter, Phase, Stage, Standing, Written};
use super::{Asked, Expected, Id, Met, Model, Txn, temper};
use crate::delivery::{CutOff, Epoch, Settlement, Slot, Ticket, Watermark};

impl Model {
    pub(super) fn produce(&mut self, slot: Slot, count: u8, gap: u8, temper: u16) {
        let log = &mut self.logs[slot as usize];
        let first = log.written.last().map_or(0, |last| last.offset + 1) + i64::from(gap);
        for nth in 0..count {
            let temper = temper.wrapping_add(163 * u16::from(nth));
            log.written.push(Written {
                offset: first + i64::from(nth),
                key: temper::key(temper),
                bytes: temper::bytes(temper),
                temper,
                acked: false,
                committed: 0,
            });
        }
        if gap > 0 {
            self.note(Met::Gap);
        }
    }

    pub(super) fn acknowledge(&mut self) {
        let Some(ticket) = self.producer.pop_front() else {
            return;
        };
        let standing = self.standing(ticket);
        if let Some(Standing::Publishing { missing, sent }) = standing {
            let missing = missing - 1;
            match missing {
                0 => self.done(ticket),
                _ => self.entry(ticket).standing = Standing::Publishing { missing, sent },
            }
        }
        self.core.published(ticket, Ok(()));
    }

    pub(super) fn refuse(&mut self) {
        let Some(ticket) = self.producer.pop_front() else {
            return;
        };
        match self.standing(ticket) {
            Some(Standing::Publishing { .. }) => {
                self.note(Met::RefusedOutput);
                self.give_up(ticket);
            }
            Some(Standing::Staged(Stage::Outputs)) => {
                self.note(Met::RefusedOutput);
                self.give_up(ticket);
                self.spoil(ticket);
            }
            _ => {}
        }
        self.core.published(ticket, Err("it was refused"));
    }

    /// The open transaction cannot be committed when a message of it was refused.
    fn spoil(&mut self, ticket: Ticket) {
        if let Some(txn) = &mut self.txn {
            txn.refused |= txn.wrote.contains(&ticket);
        }
    }

    pub(super) fn answer_letter(&mut self, taken: bool) {
        let Some(ticket) = self.letters.pop_front() else {
            return;
        };
        if self.standing(ticket) == Some(Standing::DeadLettering(Letter::Sent)) {
            if taken {
                self.done(ticket);
            } else {
                self.note(Met::RefusedDeadLetter);
                self.refuse_letter(ticket);
            }
        }
        self.core.dead_lettered(ticket, taken);
    }

    fn refuse_letter(&mut self, ticket: Ticket) {
        let (now, ends) = (self.now, self.drain.is_some());
        let held = self.current(ticket).expect("a current ticket");
        let entry = &mut held.entries[ticket.seq as usize];
        if held.phase == Phase::Active {
            let delay = (1_000 << entry.refusals).min(60_000);
            entry.refusals += 1;
            entry.standing = Standing::DeadLettering(Letter::Again { due: now + delay });
            return;
        }
        entry.standing = Standing::Dropped;
        if ends {
            let (slot, offset, records) = (ticket.slot, entry.offset, 1);
            self.expected.push(Expected::Refused(CutOff {
                slot,
                offset,
                records,
            }));
        }
    }

    pub(super) fn answer_commit(&mut self, kept: bool) {
        let Some(asked) = self.asked.pop_front() else {
            return;
        };
        if !kept {
            self.note(Met::FailedCommit);
            if let Asked::Acks(records) = asked {
                for (id, epoch) in records {
                    self.unack(id, epoch);
                }
            }
            return self.core.commit_failed();
        }
        match asked {
            Asked::Marks(marks) => marks.iter().for_each(|mark| self.keep(mark)),
            Asked::Acks(records) => {
                for (id, _) in records {
                    let log = &mut self.logs[id.slot as usize].written;
                    log.iter_mut()
                        .filter(|written| written.offset == id.offset)
                        .for_each(|written| written.acked = true);
                }
            }
        }
        self.core.commit_done();
    }

    fn unack(&mut self, id: Id, epoch: Epoch) {
        let held = self.held[id.slot as usize].as_mut();
        if let Some(held) = held.filter(|held| held.epoch == epoch) {
            let entries = held.entries.iter_mut();
            entries
                .filter(|entry| entry.offset == id.offset)
                .for_each(|entry| entry.acked = false);
        }
    }

    pub(super) fn answer_transaction(&mut self, committed: bool) {
        if !self.txn.as_ref().is_some_and(|txn| txn.ended) {
            return;
        }
        let Some(txn) = self.txn.take() else { return };
        if committed && self.can_commit(&txn) {
            self.commit_transaction(txn);
        } else {
            self.note(match txn.aborting {
                true => Met::AbortedTransaction,
                false => Met::FailedTransaction,
            });
            self.fail_transaction(&txn);
        }
    }

    /// An abort may come too late, but a new owner of a partition fences the old one's transaction.
    fn can_commit(&self, txn: &Txn) -> bool {
        let fenced = |mark: &Watermark| {
            self.held[mark.slot as usize].is_some() && !self.is_current(mark.slot, mark.epoch)
        };
        !txn.refused && !txn.parts.iter().any(|part| fenced(&part.mark))
    }

    fn commit_transaction(&mut self, txn: Txn) {
        for part in &txn.parts {
            self.keep(&part.mark);
            let log = &mut self.logs[part.mark.slot as usize].written;
            for written in log
                .iter_mut()
                .filter(|written| part.writes.contains(&written.offset))
            {
                written.committed += 1;
                assert_eq!(written.committed, 1, "{written:?} was committed twice");
            }
            if self.is_current(part.mark.slot, part.mark.epoch)
                && let Some(held) = &mut self.held[part.mark.slot as usize]
            {
                held.entries[part.seqs.clone()]
                    .iter_mut()
                    .for_each(|entry| entry.standing = Standing::Done);
            }
        }
        self.core.txn_committed(txn.id);
    }

    fn fail_transaction(&mut self, txn: &Txn) {
        for part in txn.parts.iter().filter(|_| !txn.aborting) {
            if self.is_current(part.mark.slot, part.mark.epoch)
                && let Some(held) = &mut self.held[part.mark.slot as usize]
            {
                held.forsaken |= held.phase != Phase::Active;
            }
        }
        self.core.txn_failed(txn.id);
    }

    fn standing(&mut self, ticket: Ticket) -> Option<Standing> {
        let held = self.current(ticket)?;
        held.entries.get(ticket.seq as usize).map(|entry| entry.standing)
    }

    /// Whether the core settles by transactions.
    pub(super) fn transactional(&self) -> bool {
        self.setup.settlement == Settlement::Transactions
    }

    /// The broker keeps a watermark.
    pub(super) fn keep(&mut self, mark: &Watermark) {
        let kept = &mut self.logs[mark.slot as usize].kept;
        *kept = (*kept).max(mark.offset.unwrap_or(0));
    }
}
