//! What happens to a record that failed for good.

use std::time::Duration;

use super::core::Timer;
use super::entry::{Staged, State};
use super::policy::{Backoff, OnExhausted, RetryPolicy};
use super::tracker::Phase;
use super::{Command, Core, Freight, GivenUp, Settlement, Ticket, TimerId};
use crate::outcome::Reason;

/// How long a dead letter that the broker refused waits until it is written again. Each refusal costs the producer a
/// new client, and what is refused once is mostly refused again.
const DEAD_LETTER_AGAIN: RetryPolicy = RetryPolicy {
    max_retries: u32::MAX,
    backoff: Backoff::Exponential,
    delay: Duration::from_secs(1),
    max_delay: Duration::from_secs(60),
    jitter: 0.0,
};

impl<F: Freight> Core<F> {
    /// A record's dead letter was acknowledged, or refused: then it is written again, until the partition goes.
    pub fn dead_lettered(&mut self, ticket: Ticket, acknowledged: bool) {
        if self.state(ticket) != Some(State::DeadLettering) {
            return;
        }
        if acknowledged {
            self.settle(ticket);
        } else {
            self.dead_letter_refused(ticket);
        }
        self.check_released(ticket.slot);
    }

    /// It is written again, later each time; unless its partition goes, which would wait for it in vain.
    fn dead_letter_refused(&mut self, ticket: Ticket) {
        let partition = &mut self.partitions[ticket.slot as usize];
        if partition.phase == Phase::Active {
            let delay = DEAD_LETTER_AGAIN.delay_before(partition.count_refusal(ticket.seq), 0);
            let id = self.set_timer(Timer::DeadLetter(ticket), delay);
            self.partitions[ticket.slot as usize].turn(ticket.seq, State::Refused(id));
            return;
        }
        // Told at the end of the program only: else the partition has a next owner, who handles the record again.
        if self.draining {
            self.commands
                .extend(partition.cut_off_one(ticket.seq).map(Command::CutOff));
        }
        partition.turn(ticket.seq, State::Abandoned);
    }

    pub(super) fn dead_letter_due(&mut self, ticket: Ticket, id: TimerId) {
        if self.state(ticket) != Some(State::Refused(id)) {
            return;
        }
        let partition = &mut self.partitions[ticket.slot as usize];
        partition.turn(ticket.seq, State::DeadLettering);
        let staged = partition
            .entry(ticket.seq)
            .and_then(|entry| entry.staged.as_deref());
        if let Some(Staged::DeadLetter { given_up, .. }) = staged {
            let again = Command::DeadLetterAgain(ticket, given_up.clone());
            self.commands.push_back(again);
        }
    }

    pub(super) fn give_up(&mut self, ticket: Ticket, reason: Reason, cause: F::Cause) {
        let partition = &mut self.partitions[ticket.slot as usize];
        let worker = partition.worker;
        if self.workers[worker].rules.on_exhausted == OnExhausted::Dlq {
            // It is kept until its dead letter is written, which a broker may refuse for long.
            partition.detach(ticket.seq);
        }
        let Some(entry) = partition.entry(ticket.seq) else {
            return;
        };
        let attempts = entry.attempts;
        let Some(record) = entry.record.clone() else {
            return;
        };
        let given_up = GivenUp {
            worker,
            record,
            reason,
            cause,
            attempts,
        };
        match self.workers[worker].rules.on_exhausted {
            OnExhausted::Dlq if self.settlement == Settlement::Transactions => {
                self.stage(ticket, Staged::dead_letter(given_up));
            }
            OnExhausted::Dlq => self.dead_letter(ticket, given_up),
            OnExhausted::Skip => {
                self.commands.push_back(Command::Skipped(ticket, given_up));
                self.done(ticket);
            }
            OnExhausted::Stop => {
                self.stop(ticket);
                self.commands.push_back(Command::Fail(ticket, given_up));
            }
        }
    }

    fn dead_letter(&mut self, ticket: Ticket, given_up: GivenUp<F>) {
        let partition = &mut self.partitions[ticket.slot as usize];
        partition.turn(ticket.seq, State::DeadLettering);
        partition.keep(ticket.seq, Staged::dead_letter(given_up.clone()));
        partition.release_lane(ticket.seq);
        self.commands.push_back(Command::DeadLetter(ticket, given_up));
        self.wake(ticket.slot);
    }

    /// The record stays undone, and nothing of its partition starts any more, so that nothing overtakes it.
    fn stop(&mut self, ticket: Ticket) {
        let partition = &mut self.partitions[ticket.slot as usize];
        partition.turn(ticket.seq, State::Abandoned);
        partition.abandon_idle();
        if !partition.in_batches {
            // Records behind it in the same run may be called before the shell hears of this: they don't count.
            partition.abandon_where(|state| state == State::Open);
        }
        if partition.phase == Phase::Active {
            partition.phase = Phase::Draining;
        }
    }
}
