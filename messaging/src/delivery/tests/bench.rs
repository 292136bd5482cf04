//! A bare shell for the examples: each call is one thing said to the core, `said` is what it answers.

use std::time::Duration;

use super::load::{Id, Load, Made};
use crate::delivery::policy::{OnExhausted, Order, RetryPolicy};
use crate::delivery::{
    Command, Core, Epoch, Finish, Offer, Pick, Rules, Settlement, Slot, Start, Ticket, TimerId, Watermark,
};
use crate::outcome::Reason;

/// A command, as short as the examples want it; records are named by their offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Publish(i64),
    DeadLetter(i64, Reason, u32),
    DeadLetterAgain(i64),
    Skipped(i64),
    Fail(i64),
    Timer(Duration),
    Pause(Slot),
    Resume(Slot),
    Commit(Vec<(Slot, i64)>),
    Ack(Vec<i64>),
    /// The partition, the first offset and the number of records.
    CutOff(Slot, i64, usize),
    Cancel(Slot, Epoch),
    Release(Slot, Option<i64>),
    Begin(u64),
    End(u64, Vec<(Slot, i64)>),
    Abort(u64),
    Drained(Vec<(Slot, i64)>),
}

/// A run that was started.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) start: Start,
    pub(super) picks: Vec<Pick<Id>>,
}

impl Run {
    pub(super) fn offsets(&self) -> Vec<i64> {
        self.picks.iter().map(|pick| pick.record.offset).collect()
    }

    pub(super) fn ticket(&self, at: usize) -> Ticket {
        self.picks[at].ticket
    }
}

pub(super) struct Bench {
    pub(super) core: Core<Load>,
    /// The timers that were set, in their order.
    pub(super) timers: Vec<TimerId>,
}

/// One worker, one run at a time, with the defaults of the design.
pub(super) fn rules() -> Rules {
    Rules {
        concurrency: 1,
        order: Order::Key,
        retry: RetryPolicy::default(),
        on_exhausted: OnExhausted::Dlq,
        batch: None,
        max_in_flight: 1000,
        max_bytes: 1000,
        max_ahead: 100_000,
    }
}

/// Commits at once; partition 0 is assigned in epoch 1.
pub(super) fn bench(settlement: Settlement, rules: Rules) -> Bench {
    let mut core = Core::new(settlement, vec![rules], None);
    core.assigned(0, 0, 1);
    Bench {
        core,
        timers: Vec::new(),
    }
}

pub(super) fn offsets(rules: Rules) -> Bench {
    bench(Settlement::Offsets, rules)
}

pub(super) fn made(count: u32) -> Finish<Load> {
    let of = Id { slot: 0, offset: 0 };
    Finish::Done(Made {
        of,
        attempt: 1,
        count,
    })
}

pub(super) fn done() -> Finish<Load> {
    made(0)
}

pub(super) fn failed() -> Finish<Load> {
    Finish::Retry(None, Reason::Exhausted, "it failed")
}

pub(super) fn rejected() -> Finish<Load> {
    Finish::GiveUp(Reason::Rejected, "it was rejected")
}

/// A record of ten bytes.
pub(super) fn record(slot: Slot, offset: i64, key: u64) -> Offer<Id> {
    let record = Id { slot, offset };
    Offer {
        offset,
        key: Some(key),
        bytes: 10,
        record,
    }
}

impl Bench {
    /// Records of partition 0 in epoch 1, by offset and key.
    pub(super) fn poll(&mut self, records: &[(i64, u64)]) {
        let offers = records.iter().map(|&(offset, key)| record(0, offset, key));
        assert_eq!(self.core.polled(0, 1, offers), records.len());
    }

    pub(super) fn start(&mut self) -> Option<Run> {
        let mut picks = Vec::new();
        let start = self.core.next(&mut picks)?;
        Some(Run { start, picks })
    }

    /// Starts a run and leaves it pending: its first record, or the whole batch.
    pub(super) fn pend(&mut self, together: usize) -> Run {
        let mut run = self.start().expect("something to start");
        let rest = run.picks.split_off(together);
        run.picks.iter().for_each(|pick| self.core.parked(pick.ticket));
        self.core.closed(run.start, true, &rest);
        run
    }

    /// A pending run answers the same for all its records.
    pub(super) fn end(&mut self, run: &Run, finish: &Finish<Load>) {
        for pick in &run.picks {
            self.core.finished(pick.ticket, finish.clone(), 0);
        }
        self.core.ended(run.start);
    }

    /// Runs all that starts, ready at once, with the same answer. Says which offsets ran.
    pub(super) fn run_all(&mut self, finish: &Finish<Load>) -> Vec<i64> {
        let mut ran = Vec::new();
        while let Some(run) = self.start() {
            // After a retry the shell ends the run.
            let one = matches!(finish, Finish::Retry(..)).then_some(1);
            let (now, rest) = run.picks.split_at(one.unwrap_or(run.picks.len()));
            for pick in now {
                ran.push(pick.record.offset);
                self.core.finished(pick.ticket, finish.clone(), 0);
            }
            self.core.closed(run.start, false, rest);
        }
        ran
    }

    /// The timer that was set last goes off.
    pub(super) fn fire(&mut self) {
        let last = *self.timers.last().expect("a timer");
        self.core.timer_fired(last);
    }

    pub(super) fn said(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        while let Some(command) = self.core.command() {
            said.push(self.say(command));
        }
        said
    }

    fn say(&mut self, command: Command<Load>) -> Said {
        match command {
            Command::Publish(ticket, _) => Said::Publish(self.offset(ticket)),
            Command::DeadLetter(_, given) => {
                Said::DeadLetter(given.record.offset, given.reason, given.attempts)
            }
            Command::DeadLetterAgain(_, given) => Said::DeadLetterAgain(given.record.offset),
            Command::Skipped(_, given) => Said::Skipped(given.record.offset),
            Command::Fail(_, given) => Said::Fail(given.record.offset),
            Command::SetTimer(id, delay) => {
                self.timers.push(id);
                Said::Timer(delay)
            }
            Command::Pause(slot) => Said::Pause(slot),
            Command::Resume(slot) => Said::Resume(slot),
            Command::Commit(marks) => Said::Commit(short(&marks)),
            Command::Ack(records) => Said::Ack(records.iter().map(|id| id.offset).collect()),
            Command::CutOff(cut) => Said::CutOff(cut.slot, cut.offset, cut.records),
            Command::Cancel(slot, epoch) => Said::Cancel(slot, epoch),
            Command::ReleasePartition(mark) => Said::Release(mark.slot, mark.offset),
            Command::BeginTxn(id) => Said::Begin(id),
            Command::EndTxn(id, marks) => Said::End(id, short(&marks)),
            Command::AbortTxn(id) => Said::Abort(id),
            Command::Drained(marks) => Said::Drained(short(&marks)),
        }
    }

    fn offset(&mut self, ticket: Ticket) -> i64 {
        let entry = self
            .core
            .current(ticket)
            .and_then(|partition| partition.entry(ticket.seq));
        entry.expect("a current record").offset
    }
}

fn short(marks: &[Watermark]) -> Vec<(Slot, i64)> {
    let offset = |mark: &Watermark| mark.offset.expect("an offset");
    marks.iter().map(|mark| (mark.slot, offset(mark))).collect()
}
