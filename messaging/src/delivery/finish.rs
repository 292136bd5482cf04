//! What an outcome, a receipt or a retry timer changes.

use std::time::Duration;

use super::core::Timer;
use super::policy::OnExhausted;
use super::tracker::{Partition, Phase, Staged, State};
use super::{Command, Core, Finish, Freight, GivenUp, Settlement, Stage, Ticket, TimerId};
use crate::outcome::Reason;

/// How long a dead letter that the broker refused waits until it is written again.
const DEAD_LETTER_AGAIN: Duration = Duration::from_secs(1);

impl<F: Freight> Core<F> {
    /// What became of one try. `random` decides the jitter of a retry.
    pub fn finished(&mut self, ticket: Ticket, finish: Finish<F>, random: u64) {
        let Some(partition) = self.current(ticket) else {
            return;
        };
        if !matches!(partition.state(ticket.seq), Some(State::Open | State::Running)) {
            return;
        }
        match finish {
            Finish::Done(outputs) => self.succeeded(ticket, outputs),
            Finish::Skip => self.done(ticket),
            Finish::Retry(after, reason, cause) => self.failed(ticket, after, (reason, cause), random),
            Finish::GiveUp(reason, cause) => self.give_up(ticket, reason, cause),
        }
        self.check_released(ticket.slot);
    }

    /// One of a record's messages was acknowledged, or refused for good.
    pub fn published(&mut self, ticket: Ticket, result: Result<(), F::Cause>) {
        if self.settlement == Settlement::Transactions {
            if let Err(cause) = result {
                self.refused_in_transaction(ticket, cause);
            }
            return;
        }
        let Some(partition) = self.current(ticket) else {
            return;
        };
        let Some(entry) = partition
            .entry(ticket.seq)
            .filter(|entry| entry.state == State::Publishing)
        else {
            return;
        };
        match result {
            Ok(()) if entry.unacknowledged > 1 => entry.unacknowledged -= 1,
            Ok(()) => self.settle(ticket),
            Err(cause) => self.give_up(ticket, Reason::Output, cause),
        }
        self.check_released(ticket.slot);
    }

    /// A record's dead letter was acknowledged, or refused: then it is written again, until the partition goes.
    pub fn dead_lettered(&mut self, ticket: Ticket, acknowledged: bool) {
        let Some(partition) = self.current(ticket) else {
            return;
        };
        if partition.state(ticket.seq) != Some(State::DeadLettering) {
            return;
        }
        if acknowledged {
            self.settle(ticket);
        } else if partition.phase == Phase::Active {
            self.set_timer(Timer::DeadLetter(ticket), DEAD_LETTER_AGAIN);
        } else {
            partition.busy -= 1;
            partition.abandon(ticket.seq);
        }
        self.check_released(ticket.slot);
    }

    pub(super) fn dead_letter_due(&mut self, ticket: Ticket) {
        let Some(partition) = self.current(ticket) else {
            return;
        };
        let Some(entry) = partition
            .entry(ticket.seq)
            .filter(|entry| entry.state == State::DeadLettering)
        else {
            return;
        };
        if let Some(Staged::DeadLetter(given_up)) = entry.staged.as_deref() {
            let again = Command::DeadLetter(ticket, given_up.clone());
            self.commands.push_back(again);
        }
    }

    pub(super) fn retry_due(&mut self, ticket: Ticket, id: TimerId) {
        let Some(partition) = self.current(ticket) else {
            return;
        };
        let Some(entry) = partition
            .entry(ticket.seq)
            .filter(|entry| entry.state == State::Backoff(id))
        else {
            return;
        };
        entry.state = State::Unlocked;
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
        let Some(partition) = self.current(ticket) else {
            return;
        };
        if let Some(entry) = partition.entry(ticket.seq) {
            entry.state = State::Publishing;
            entry.unacknowledged = count;
        }
        // The producer keeps the order of its calls, so the lane may go on once the call is made.
        release_lane(partition, ticket.seq);
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
    fn settle(&mut self, ticket: Ticket) {
        let acks = self.settlement == Settlement::Acks;
        let Some(partition) = self.current(ticket) else {
            return;
        };
        release_lane(partition, ticket.seq);
        partition.busy -= 1;
        let record = partition
            .entry(ticket.seq)
            .filter(|_| acks)
            .and_then(|entry| entry.record.take());
        let moved = partition.settle(ticket.seq);
        if let Some(record) = record {
            self.commits.acks.push(record);
        }
        if moved || acks {
            self.work_to_commit();
        }
        self.wake(ticket.slot);
    }

    /// Keeps what a transaction will write for the record.
    fn stage(&mut self, ticket: Ticket, staged: Staged<F>) {
        let Some(partition) = self.current(ticket) else {
            return;
        };
        release_lane(partition, ticket.seq);
        partition.busy -= 1;
        let bytes = if let Staged::Outputs(outputs) = &staged {
            outputs.bytes()
        } else {
            0
        };
        if let Some(entry) = partition.entry(ticket.seq) {
            entry.state = State::Staged;
            let before = entry.bytes;
            entry.bytes = before.saturating_add(bytes as u32);
            let added = (entry.bytes - before) as usize;
            entry.staged = Some(Box::new(staged));
            partition.bytes += added;
        }
        self.work_to_commit();
        self.wake(ticket.slot);
    }

    fn failed(&mut self, ticket: Ticket, after: Option<Duration>, why: (Reason, F::Cause), random: u64) {
        let Some(partition) = self.current(ticket) else {
            return;
        };
        let (worker, active) = (partition.worker, partition.phase == Phase::Active);
        let Some(attempts) = partition.entry(ticket.seq).map(|entry| entry.attempts) else {
            return;
        };
        let policy = self.workers[worker].rules.retry;
        if attempts > policy.max_retries {
            return self.give_up(ticket, why.0, why.1);
        }
        if !active {
            return self.drop_running(ticket);
        }
        let delay = after.unwrap_or_else(|| policy.delay_before(attempts, random));
        let partition = &mut self.partitions[ticket.slot as usize];
        partition.busy -= 1;
        if line_up(partition, ticket.seq) {
            let id = self.set_timer(Timer::Retry(ticket), delay);
            if let Some(entry) = self.partitions[ticket.slot as usize].entry(ticket.seq) {
                entry.state = State::Backoff(id);
            }
        }
    }

    /// A try that failed while its partition goes: the record is left to whoever gets the partition.
    fn drop_running(&mut self, ticket: Ticket) {
        let Some(partition) = self.current(ticket) else {
            return;
        };
        partition.busy -= 1;
        partition.abandon(ticket.seq);
    }

    pub(super) fn give_up(&mut self, ticket: Ticket, reason: Reason, cause: F::Cause) {
        let Some(partition) = self.current(ticket) else {
            return;
        };
        let worker = partition.worker;
        let Some(entry) = partition.entry(ticket.seq) else {
            return;
        };
        let Some(record) = entry.record.clone() else {
            return;
        };
        let given_up = GivenUp {
            worker,
            record,
            reason,
            cause,
            attempts: entry.attempts,
        };
        match self.workers[worker].rules.on_exhausted {
            OnExhausted::Dlq if self.settlement == Settlement::Transactions => {
                self.stage(ticket, Staged::DeadLetter(given_up));
            }
            OnExhausted::Dlq => self.dead_letter(ticket, given_up),
            OnExhausted::Skip => {
                self.commands.push_back(Command::Skipped(ticket, given_up));
                self.done(ticket);
            }
            OnExhausted::Stop => {
                // Its lane stays held, so that nothing of it overtakes.
                let partition = &mut self.partitions[ticket.slot as usize];
                hold_lane(partition, ticket.seq);
                partition.busy -= 1;
                partition.abandon(ticket.seq);
                self.commands.push_back(Command::Fail(ticket, given_up));
            }
        }
    }

    fn dead_letter(&mut self, ticket: Ticket, given_up: GivenUp<F>) {
        let partition = &mut self.partitions[ticket.slot as usize];
        if let Some(entry) = partition.entry(ticket.seq) {
            entry.state = State::DeadLettering;
            entry.staged = Some(Box::new(Staged::DeadLetter(given_up.clone())));
        }
        release_lane(partition, ticket.seq);
        self.commands.push_back(Command::DeadLetter(ticket, given_up));
        self.wake(ticket.slot);
    }
}

/// Lets go of the record's lane; the next in line may start.
fn release_lane<F: Freight>(partition: &mut Partition<F>, seq: u64) {
    let Some(entry) = partition.entry(seq) else { return };
    if !std::mem::take(&mut entry.holds_lane) {
        return;
    }
    let next = entry.lane.and_then(|lane| partition.lanes.release(lane));
    let Some(next) = next else { return };
    if let Some(entry) = partition.entry(next) {
        entry.state = State::Unlocked;
        entry.holds_lane = true;
        partition.unlocked.push_back(next);
    }
}

fn hold_lane<F: Freight>(partition: &mut Partition<F>, seq: u64) {
    let Some(entry) = partition.entry(seq) else { return };
    if let Some(lane) = entry.lane.filter(|_| !entry.holds_lane) {
        entry.holds_lane = true;
        partition.lanes.hold(lane);
    }
}

/// Makes a failed record hold its lane until its retry. When an earlier one of the same batch does so already, it
/// waits behind that one instead, and `false` is returned.
fn line_up<F: Freight>(partition: &mut Partition<F>, seq: u64) -> bool {
    hold_lane(partition, seq);
    let Some(lane) = partition.entry(seq).and_then(|entry| entry.lane) else {
        return true;
    };
    if partition.lanes.lead(lane, seq) {
        return true;
    }
    if let Some(entry) = partition.entry(seq) {
        entry.state = State::Waiting;
        entry.holds_lane = false;
    }
    partition.lanes.wait(lane, seq);
    partition.lanes.release(lane);
    false
}
