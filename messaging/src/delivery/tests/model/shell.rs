//! The shell: offers records, pulls starts, polls handlers, tells the core what became of them.

use std::time::Duration;

use super::ledger::{Assignment, Letter, Phase, Stage, Standing};
use super::temper::{self, ASKED_DELAY};
use super::{Expected, Met, Model, Run, retry_delay};
use crate::delivery::policy::OnExhausted;
use crate::delivery::tests::events::{SLOTS, WORKERS};
use crate::delivery::tests::load::{Id, Load};
use crate::delivery::{Disposition, Finish, Offer, Pick, Settlement, Slot, Stage as _, Start, Ticket};

impl Model {
    /// Fetches what is in the log and offers it to the core.
    pub(super) fn offer(&mut self) {
        for slot in 0..SLOTS {
            if let Some(mut held) = self.held[slot as usize].take() {
                if held.phase == Phase::Active {
                    self.fetch(slot, &mut held);
                    self.offer_to(slot, held);
                } else {
                    self.offer_late(slot, held.epoch);
                    self.held[slot as usize] = Some(held);
                }
            }
        }
    }

    fn fetch(&self, slot: Slot, held: &mut Assignment) {
        let log = &self.logs[slot as usize].written;
        let acks = self.setup.settlement == Settlement::Acks;
        let wanted = (held.position..log.len()).filter(|&at| !(acks && log[at].acked));
        held.fetched.extend(wanted);
        held.position = log.len();
    }

    fn offer_to(&mut self, slot: Slot, held: Assignment) {
        let offers: Vec<_> = held.fetched.iter().map(|&at| self.offered(slot, at)).collect();
        let epoch = held.epoch;
        self.held[slot as usize] = Some(held);
        if offers.is_empty() {
            // An empty offer would wake the partition, and hide that nothing else does.
            return;
        }
        let taken = self.core.polled(slot, epoch, offers.iter().cloned());
        let mut last = self.held[slot as usize]
            .as_ref()
            .and_then(|held| held.entries.last())
            .map(|entry| entry.offset);
        for (at, offer) in offers.iter().enumerate() {
            let known = last.is_some_and(|last| offer.offset <= last);
            let fits = self.has_room(slot);
            assert_eq!(
                at < taken,
                fits,
                "offset {} of {slot} and the bounds",
                offer.offset
            );
            if !fits {
                self.note(Met::Full);
                return;
            }
            self.taken(slot, known);
            last = last.max(Some(offer.offset));
        }
    }

    fn taken(&mut self, slot: Slot, known: bool) {
        let Some(held) = self.held[slot as usize].as_mut() else {
            return;
        };
        if let Some(at) = held.fetched.pop_front()
            && !known
        {
            held.take(&self.logs[slot as usize].written[at], self.setup.order);
        }
    }

    fn offered(&self, slot: Slot, at: usize) -> Offer<Id> {
        let written = &self.logs[slot as usize].written[at];
        Offer {
            offset: written.offset,
            key: written.key,
            bytes: written.bytes,
            record: Id {
                slot,
                offset: written.offset,
            },
        }
    }

    /// Whether the bounds let a record in, of any size.
    fn has_room(&self, slot: Slot) -> bool {
        let (records, bytes) = self.in_hand(usize::from(slot) % WORKERS);
        records < self.setup.max_in_flight && bytes < self.setup.max_bytes
    }

    /// Pulls starts until there are none.
    pub(super) fn pull(&mut self) {
        for _ in 0..10_000 {
            self.note_batches();
            let mut picks = Vec::new();
            let Some(start) = self.core.next(&mut picks) else {
                return self.obey();
            };
            self.check_start(start, &picks);
            match self.setup.batch {
                Some(_) => self.poll_batch(start, &picks),
                None => self.poll_run(start, &picks),
            }
            self.obey();
            self.offer();
        }
        panic!("starts without end");
    }

    fn poll_run(&mut self, start: Start, picks: &[Pick<Id>]) {
        for (at, pick) in picks.iter().enumerate() {
            self.touch(pick, &[]);
            let rest = &picks[at + 1..];
            if temper::is_pending(self.temper(pick.ticket)) {
                self.park(start, vec![pick.ticket]);
                return self.core.closed(start, true, rest);
            }
            if matches!(self.finish_record(pick.ticket, pick.attempt), Finish::Retry(..)) {
                return self.core.closed(start, false, rest);
            }
        }
        self.core.closed(start, false, &[]);
    }

    fn poll_batch(&mut self, start: Start, picks: &[Pick<Id>]) {
        let seqs: Vec<_> = picks.iter().map(|pick| pick.ticket.seq as usize).collect();
        for (at, pick) in picks.iter().enumerate() {
            self.touch(pick, &seqs[..at]);
        }
        let tickets: Vec<_> = picks.iter().map(|pick| pick.ticket).collect();
        if tickets
            .iter()
            .any(|&ticket| temper::is_pending(self.temper(ticket)))
        {
            self.park(start, tickets);
            return self.core.closed(start, true, &[]);
        }
        self.finish_batch(&tickets);
        self.core.closed(start, false, &[]);
    }

    fn finish_batch(&mut self, tickets: &[Ticket]) {
        let mut failures = 0;
        for &ticket in tickets {
            let finish = self.finish_record(ticket, 0);
            failures += usize::from(matches!(finish, Finish::Retry(..) | Finish::GiveUp(..)));
        }
        if (1..tickets.len()).contains(&failures) {
            self.note(Met::PartialBatch);
        }
    }

    fn temper(&mut self, ticket: Ticket) -> u16 {
        self.current(ticket)
            .map_or(0, |held| held.entries[ticket.seq as usize].temper)
    }

    fn park(&mut self, start: Start, tickets: Vec<Ticket>) {
        for &ticket in &tickets {
            if let Some(held) = self.current(ticket) {
                let entry = &mut held.entries[ticket.seq as usize];
                // It may stand behind one of its run whose worker has stopped.
                if entry.standing == Standing::Open {
                    entry.standing = Standing::Running;
                }
            }
            self.core.parked(ticket);
        }
        self.runs.push(Run { start, tickets });
    }

    /// A pending handler answers.
    pub(super) fn resolve(&mut self, which: u8) {
        if self.runs.is_empty() {
            return;
        }
        let run = self.runs.remove(usize::from(which) % self.runs.len());
        self.finish_batch(&run.tickets);
        self.core.ended(run.start);
    }

    /// Writes into the ledger what must become of the record, then tells the core.
    fn finish_record(&mut self, ticket: Ticket, attempt: u32) -> Finish<Load> {
        let id = self.id(ticket);
        let held = self.current(ticket).expect("a current ticket");
        let entry = &held.entries[ticket.seq as usize];
        let attempt = attempt.max(entry.attempts);
        let finish = temper::answer(entry.temper, id, attempt);
        let expected = match entry.standing {
            Standing::Open | Standing::Running => self.judge(ticket, &finish),
            _ => Disposition::Left,
        };
        let told = self.core.finished(ticket, finish.clone(), 0);
        assert_eq!(told, expected, "{ticket:?}");
        finish
    }

    /// Says what the core must say.
    fn judge(&mut self, ticket: Ticket, finish: &Finish<Load>) -> Disposition {
        match finish {
            Finish::Done(made) if made.count() > 0 => self.outputs(ticket, made.count(), made.bytes()),
            Finish::Done(_) | Finish::Skip => self.done(ticket),
            Finish::GiveUp(..) => {
                self.give_up(ticket);
                return Disposition::GivenUp;
            }
            Finish::Retry(after, ..) => return self.retry(ticket, after.map(|_| ASKED_DELAY)),
        }
        Disposition::Handled
    }

    fn outputs(&mut self, ticket: Ticket, count: u32, bytes: usize) {
        let staged = self.setup.settlement == Settlement::Transactions;
        let entry = self.entry(ticket);
        if staged {
            entry.bytes += bytes;
            entry.standing = Standing::Staged(Stage::Outputs);
        } else {
            entry.standing = Standing::Publishing {
                missing: count,
                sent: false,
            };
        }
    }

    /// The record is done; a transaction still has to say so.
    pub(super) fn done(&mut self, ticket: Ticket) {
        self.entry(ticket).standing = match self.setup.settlement {
            Settlement::Transactions => Standing::Staged(Stage::Nothing),
            _ => Standing::Done,
        };
    }

    fn retry(&mut self, ticket: Ticket, asked: Option<u64>) -> Disposition {
        self.note(Met::Failure);
        let (now, most) = (self.now, self.setup.max_retries);
        if self.entry(ticket).attempts > most {
            self.note(Met::Exhausted);
            self.give_up(ticket);
            return Disposition::GivenUp;
        }
        let held = self.current(ticket).expect("a current ticket");
        let seq = ticket.seq as usize;
        let lane = held.entries[seq].lane;
        let before = &held.entries[..seq];
        // Of several that failed in one batch the first waits, the others wait for it.
        let follows = before
            .iter()
            .any(|other| other.lane & lane != 0 && matches!(other.standing, Standing::Retry { .. }));
        let delay = asked.unwrap_or_else(|| retry_delay(held.entries[seq].attempts));
        let (standing, disposition) = match held.phase {
            Phase::Active if follows => (Standing::Retry { due: None }, Disposition::RetriedBehind),
            Phase::Active => {
                let due = Some(now + delay);
                (
                    Standing::Retry { due },
                    Disposition::Retried(Duration::from_millis(delay)),
                )
            }
            _ => (Standing::Dropped, Disposition::Left),
        };
        held.entries[seq].standing = standing;
        disposition
    }

    pub(super) fn give_up(&mut self, ticket: Ticket) {
        self.note(Met::Failure);
        match self.setup.on_exhausted {
            OnExhausted::Dlq => {
                self.entry(ticket).standing = match self.setup.settlement {
                    Settlement::Transactions => Standing::Staged(Stage::DeadLetter),
                    _ => Standing::DeadLettering(Letter::ToSend),
                }
            }
            OnExhausted::Skip => {
                self.expected.push(Expected::Skipped(ticket));
                self.done(ticket);
            }
            OnExhausted::Stop => self.stop(ticket),
        }
    }

    fn stop(&mut self, ticket: Ticket) {
        self.note(Met::Stop);
        self.expected.push(Expected::Fail(ticket));
        self.entry(ticket).standing = Standing::Dropped;
        let single = self.setup.batch.is_none();
        let held = self.current(ticket).expect("a current ticket");
        held.drop_where(|standing| standing.is_idle() || (single && standing == Standing::Open));
        held.fetched.clear();
        if held.phase == Phase::Active {
            held.phase = Phase::Draining;
        }
    }

    pub(super) fn entry(&mut self, ticket: Ticket) -> &mut super::ledger::Entry {
        let held = self.current(ticket).expect("a current ticket");
        &mut held.entries[ticket.seq as usize]
    }
}
