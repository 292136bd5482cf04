//! A shell and a broker around the core, in virtual time, and what must hold after every step.
//!
//! The model keeps its own ledger of what is true of each record, from what it has said to the core; the core's
//! commands, starts and counters are compared with it.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::coverage::{Met, Seen};
use super::events::{Event, RETRY_DELAY, SLOTS, Setup, WORKERS};
use super::load::{Id, Load, Made};
use crate::delivery::{Core, CutOff, Epoch, Slot, Start, Ticket, TimerId, TxnId, Watermark};

mod broker;
mod ghosts;
mod ledger;
mod obey;
mod oracle;
mod rebalance;
mod shell;
mod temper;

use ledger::{Assignment, Written};

/// One partition at the broker.
#[derive(Debug, Default)]
struct Log {
    written: Vec<Written>,
    /// The offset that the broker keeps for the group.
    kept: i64,
}

/// A run whose handler is pending.
#[derive(Debug)]
struct Run {
    start: Start,
    tickets: Vec<Ticket>,
}

/// A commit that is not answered yet.
#[derive(Debug)]
enum Asked {
    Marks(Vec<Watermark>),
    Acks(Vec<(Id, Epoch)>),
}

/// The open transaction.
#[derive(Debug)]
struct Txn {
    id: TxnId,
    wrote: Vec<Ticket>,
    parts: Vec<Part>,
    ended: bool,
    aborting: bool,
    /// One of its messages was refused, so it cannot be committed.
    refused: bool,
}

/// The records of one assignment in a transaction.
#[derive(Clone, Debug)]
struct Part {
    mark: Watermark,
    seqs: std::ops::Range<usize>,
    /// What it writes, by offset.
    writes: Vec<i64>,
}

/// What a command must say before the step is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Skipped(Ticket),
    Fail(Ticket),
    Pause(Slot),
    Resume(Slot),
    Cancel(Slot),
    /// Dead letters are refused, and the program ends.
    Refused(CutOff),
}

#[derive(Debug)]
pub(super) struct Model {
    setup: Setup,
    core: Core<Load>,
    now: u64,
    steps: usize,
    timers: BTreeSet<(u64, TimerId)>,
    fired: Vec<TimerId>,
    logs: Vec<Log>,
    held: Vec<Option<Assignment>>,
    epoch: Epoch,
    runs: Vec<Run>,
    /// A ticket per message that the producer has and the broker did not answer.
    producer: VecDeque<Ticket>,
    letters: VecDeque<Ticket>,
    asked: VecDeque<Asked>,
    txn: Option<Txn>,
    /// Runs and records whose time is over.
    ghosts: Vec<Run>,
    expected: Vec<Expected>,
    /// Until when the program may drain.
    drain: Option<u64>,
    drained: bool,
    seen: Seen,
}

impl Model {
    pub(super) fn new(setup: Setup) -> Model {
        let interval = setup.interval.map(Duration::from_millis);
        let rules = vec![setup.rules(); WORKERS];
        let mut model = Model {
            setup,
            core: Core::new(setup.settlement, rules, interval),
            now: 0,
            steps: 0,
            timers: BTreeSet::new(),
            fired: Vec::new(),
            logs: (0..SLOTS).map(|_| Log::default()).collect(),
            held: (0..SLOTS).map(|_| None).collect(),
            epoch: 0,
            runs: Vec::new(),
            producer: VecDeque::new(),
            letters: VecDeque::new(),
            asked: VecDeque::new(),
            txn: None,
            ghosts: Vec::new(),
            expected: Vec::new(),
            drain: None,
            drained: false,
            seen: Seen::default(),
        };
        (0..SLOTS).for_each(|slot| model.assign(slot, false));
        model
    }

    /// One event, and what the shell does after it.
    pub(super) fn step(&mut self, event: Event) {
        if self.drained {
            return;
        }
        self.happen(event);
        self.obey();
        self.offer();
        self.steps += 1;
        if self.steps.is_multiple_of(self.setup.laziness) {
            self.pull();
            self.check_no_stall();
        }
        self.check();
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Produce {
                slot,
                count,
                gap,
                temper,
            } => self.produce(slot, count, gap, temper),
            Event::Resolve(which) => self.resolve(which),
            Event::Acknowledge(count) => (0..count).for_each(|_| self.acknowledge()),
            Event::Refuse => self.refuse(),
            Event::DeadLetter(taken) => self.answer_letter(taken),
            Event::Commit(kept) => self.answer_commit(kept),
            Event::Transact(committed) => self.answer_transaction(committed),
            Event::Tick => self.tick(),
            Event::Revoke { slots, patience } => self.revoke(slots, patience),
            Event::Lose(slots) => self.lose(slots),
            Event::Assign { slot, stolen } => self.assign(slot, stolen),
            Event::Pause(slot) => self.pause(slot),
            Event::Resume(slot) => self.resume(slot),
            Event::Drain(patience) => self.drain(patience),
            Event::Ghost(which) => self.haunt(which),
            Event::Rewind { slot, back } => self.rewind(slot, back),
        }
    }

    /// Lets everything end well, and checks that it does. Says what was met before.
    pub(super) fn finish(mut self) -> Seen {
        let seen = self.seen;
        self.setup.laziness = 1;
        (0..SLOTS).for_each(|slot| self.step(Event::Resume(slot)));
        for _ in 0..5_000 {
            if self.has_stopped() && self.drain.is_none() {
                // A worker that stops stops the program.
                self.step(Event::Drain(200));
            }
            if self.drained || self.is_quiet() {
                self.check_end();
                return seen;
            }
            let next = if !self.runs.is_empty() {
                Event::Resolve(0)
            } else if !self.producer.is_empty() {
                Event::Acknowledge(1)
            } else if !self.letters.is_empty() {
                Event::DeadLetter(true)
            } else if !self.asked.is_empty() {
                Event::Commit(true)
            } else if self.txn.is_some() {
                Event::Transact(true)
            } else {
                Event::Tick
            };
            self.step(next);
        }
        panic!("it never ends: {self:?}");
    }

    fn has_stopped(&self) -> bool {
        let mut held = self.held.iter().flatten();
        held.any(|held| held.phase == ledger::Phase::Draining)
    }

    fn is_quiet(&self) -> bool {
        self.runs.is_empty()
            && self.producer.is_empty()
            && self.letters.is_empty()
            && self.asked.is_empty()
            && self.txn.is_none()
            && self.timers.is_empty()
    }

    /// The assignment of a ticket, when it is the current one.
    fn current(&mut self, ticket: Ticket) -> Option<&mut Assignment> {
        let held = self.held[ticket.slot as usize].as_mut();
        held.filter(|held| held.epoch == ticket.epoch)
    }

    fn is_current(&self, slot: Slot, epoch: Epoch) -> bool {
        let held = self.held[slot as usize].as_ref();
        held.is_some_and(|held| held.epoch == epoch)
    }

    fn id(&mut self, ticket: Ticket) -> Id {
        let held = self.current(ticket).expect("a current ticket");
        Id {
            slot: ticket.slot,
            offset: held.entries[ticket.seq as usize].offset,
        }
    }

    fn note(&mut self, met: Met) {
        self.seen.note(met);
    }
}

/// What a handler returns in an attempt.
fn made(of: Id, attempt: u32, count: u32) -> Made {
    Made { of, attempt, count }
}

fn retry_delay(attempt: u32) -> u64 {
    RETRY_DELAY << (attempt - 1)
}
