//! What an outcome, a receipt or a retry timer changes.

use std::time::Duration;

use super::core::Timer;
use super::entry::{Staged, State};
use super::tracker::Phase;
use super::{Command, Core, Disposition, Finish, Freight, Settlement, Stage, Ticket, TimerId};
use crate::outcome::Reason;

impl<F: Freight> Core<F> {
    /// What became of one try; the records of a run are told in their order. `random` decides the jitter of a retry.
    /// Says what becomes of the record.
    pub fn finished(&mut self, ticket: Ticket, finish: Finish<F>, random: u64) -> Disposition {
        if !matches!(self.state(ticket), Some(State::Open | State::Running)) {
            return Disposition::Left;
        }
        let disposition = match finish {
            Finish::Done(outputs) => {
                self.succeeded(ticket, outputs);
                Disposition::Handled
            }
            Finish::Skip => {
                self.done(ticket);
                Disposition::Handled
            }
            Finish::Retry(after, reason, cause) => self.failed(ticket, after, (reason, cause), random),
            Finish::GiveUp(reason, cause) => {
                self.give_up(ticket, reason, cause);
                Disposition::GivenUp
            }
        };
        self.check_released(ticket.slot);
        disposition
    }

    /// One of a record's messages was acknowledged, or refused for good.
    pub fn published(&mut self, ticket: Ticket, result: Result<(), F::Cause>) {
        match result {
            Ok(()) => self.acknowledged(ticket),
            Err(cause) if self.settlement == Settlement::Transactions => {
                self.refused_in_transaction(ticket, cause);
            }
            Err(cause) if self.state(ticket) == Some(State::Publishing) => {
                self.give_up(ticket, Reason::Output, cause);
            }
            Err(_) => return,
        }
        if self.current(ticket).is_some() {
            self.check_released(ticket.slot);
        }
    }

    fn acknowledged(&mut self, ticket: Ticket) {
        let Some(entry) = self
            .current(ticket)
            .and_then(|partition| partition.entry(ticket.seq))
        else {
            return;
        };
        if entry.state != State::Publishing {
            return;
        }
        entry.unacknowledged -= 1;
        if entry.unacknowledged == 0 {
            self.settle(ticket);
        }
    }

    pub(super) fn retry_due(&mut self, ticket: Ticket, id: TimerId) {
        // The record may wait for another timer by now, or for none.
        if self.state(ticket) != Some(State::Backoff(id)) {
            return;
        }
        let partition = &mut self.partitions[ticket.slot as usize];
        partition.turn(ticket.seq, State::Unlocked);
        partition.unlocked.push_back(ticket.seq);
        self.wake(ticket.slot);
    }

    fn succeeded(&mut self, ticket: Ticket, outputs: F::Outputs) {
        let count = outputs.count();
        if count == 0 {
            return self.done(ticket);
        }
        if self.settlement == Settlement::Transactions {
            return self.stage(ticket, Staged::Outputs(outputs));
        }
        let partition = &mut self.partitions[ticket.slot as usize];
        partition.turn(ticket.seq, State::Publishing);
        if let Some(entry) = partition.entry(ticket.seq) {
            entry.unacknowledged = count;
        }
        // The producer keeps the order of its calls, so the lane may go on once the call is made.
        partition.release_lane(ticket.seq);
        self.commands.push_back(Command::Publish(ticket, outputs));
        self.wake(ticket.slot);
    }

    /// The record is done and has nothing to publish.
    pub(super) fn done(&mut self, ticket: Ticket) {
        match self.settlement {
            Settlement::Transactions => self.stage(ticket, Staged::Nothing),
            Settlement::Offsets | Settlement::Acks => self.settle(ticket),
        }
    }

    /// The record is settled: nothing of it is on its way any more.
    pub(super) fn settle(&mut self, ticket: Ticket) {
        let partition = &mut self.partitions[ticket.slot as usize];
        partition.release_lane(ticket.seq);
        let record = partition.entry(ticket.seq).and_then(|entry| entry.record.take());
        let moved = partition.settle(ticket.seq);
        self.settled += 1;
        if self.settlement == Settlement::Acks {
            self.commits.acknowledge(ticket, record);
        }
        if moved || self.settlement == Settlement::Acks {
            self.work_to_commit();
        }
        self.wake(ticket.slot);
    }

    /// Keeps what a transaction will write for the record.
    pub(super) fn stage(&mut self, ticket: Ticket, staged: Staged<F>) {
        let partition = &mut self.partitions[ticket.slot as usize];
        partition.release_lane(ticket.seq);
        partition.turn(ticket.seq, State::Staged);
        partition.keep(ticket.seq, staged);
        self.work_to_commit();
        self.wake(ticket.slot);
    }

    fn failed(
        &mut self,
        ticket: Ticket,
        after: Option<Duration>,
        why: (Reason, F::Cause),
        random: u64,
    ) -> Disposition {
        let partition = &mut self.partitions[ticket.slot as usize];
        let Some(attempts) = partition.entry(ticket.seq).map(|entry| entry.attempts) else {
            return Disposition::Left;
        };
        let policy = self.workers[partition.worker].rules.retry;
        if attempts > policy.max_retries {
            self.give_up(ticket, why.0, why.1);
            return Disposition::GivenUp;
        }
        if partition.phase != Phase::Active {
            // It is left to whoever gets the partition.
            partition.turn(ticket.seq, State::Abandoned);
            return Disposition::Left;
        }
        partition.detach(ticket.seq);
        if !partition.line_up(ticket.seq) {
            return Disposition::RetriedBehind;
        }
        let delay = after.unwrap_or_else(|| policy.delay_before(attempts, random));
        let id = self.set_timer(Timer::Retry(ticket), delay);
        self.partitions[ticket.slot as usize].turn(ticket.seq, State::Backoff(id));
        Disposition::Retried(delay)
    }
}
