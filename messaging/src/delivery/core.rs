//! The core's state, and what every part of it uses.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use rustc_hash::FxBuildHasher;

use super::commit::Commits;
use super::entry::State;
use super::tracker::{Partition, Phase};
use super::transaction::Transactions;
use super::{Command, Epoch, Freight, Rules, Settlement, Slot, Ticket, TimerId};

/// One worker's rules and what it has in hand, over all its partitions.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) rules: Rules,
    /// Runs whose handler is pending.
    pub(super) running: usize,
    /// Partitions that could start something when a run ends.
    pub(super) blocked: Vec<Slot>,
    /// How many records the next run may have: it grows while handlers finish in their first poll, and is 1 after
    /// one did not, so that what waits elsewhere can run beside it.
    pub(super) run_length: usize,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Timer {
    Retry(Ticket),
    DeadLetter(Ticket),
    Batch(Slot, Epoch),
    Commit,
    Revoke(Slot, Epoch),
    Drain,
}

/// The delivery core of one subscription. See the module's documentation.
#[derive(Debug)]
pub struct Core<F: Freight> {
    pub(super) settlement: Settlement,
    pub(super) workers: Vec<Worker>,
    pub(super) partitions: Vec<Partition<F>>,
    /// Partitions in which something may be able to start, in turn.
    pub(super) ready: VecDeque<Slot>,
    pub(super) is_ready: Vec<bool>,
    pub(super) commands: VecDeque<Command<F>>,
    pub(super) timers: HashMap<TimerId, Timer, FxBuildHasher>,
    next_timer: TimerId,
    pub(super) commits: Commits<F>,
    pub(super) transactions: Transactions,
    /// Whether the program ends, and whether that was announced.
    pub(super) draining: bool,
    pub(super) drained: bool,
    /// Records that are done.
    pub(super) settled: u64,
}

impl<F: Freight> Core<F> {
    /// A core without partitions. Finished work is committed every `commit_interval`, or at once without one.
    pub fn new(settlement: Settlement, workers: Vec<Rules>, commit_interval: Option<Duration>) -> Core<F> {
        let worker = |rules| Worker {
            rules,
            running: 0,
            blocked: Vec::new(),
            run_length: 1,
        };
        Core {
            settlement,
            workers: workers.into_iter().map(worker).collect(),
            partitions: Vec::new(),
            ready: VecDeque::new(),
            is_ready: Vec::new(),
            commands: VecDeque::new(),
            timers: HashMap::default(),
            next_timer: 0,
            commits: Commits::new(commit_interval),
            transactions: Transactions::default(),
            draining: false,
            drained: false,
            settled: 0,
        }
    }

    /// A partition is ours, for `worker`. Its records carry `epoch` from now on.
    pub fn assigned(&mut self, slot: Slot, worker: usize, epoch: Epoch) {
        while self.partitions.len() <= slot as usize {
            self.partitions
                .push(Partition::free(self.partitions.len() as Slot));
            self.is_ready.push(false);
        }
        // Should it still be ours, the old assignment was taken away without a word.
        self.lost(&[slot]);
        let partition = &mut self.partitions[slot as usize];
        partition.epoch = epoch;
        partition.worker = worker;
        partition.in_batches = self.workers[worker].rules.batch.is_some();
        partition.phase = if self.draining {
            Phase::Draining
        } else {
            Phase::Active
        };
    }

    /// The next thing to do. Starts come from [`Core::next`].
    pub fn command(&mut self) -> Option<Command<F>> {
        if self.commands.is_empty() {
            self.request_commits();
        }
        self.commands.pop_front()
    }

    /// The operator stops a partition: nothing of it starts until [`Core::resume_requested`].
    pub fn pause_requested(&mut self, slot: Slot) {
        if let Some(partition) = self.partitions.get_mut(slot as usize)
            && partition.phase == Phase::Active
            && !partition.paused
        {
            partition.paused = true;
            self.commands.push_back(Command::Pause(slot));
        }
    }

    /// The operator lets a paused partition go on.
    pub fn resume_requested(&mut self, slot: Slot) {
        if let Some(partition) = self.partitions.get_mut(slot as usize)
            && partition.phase == Phase::Active
            && partition.paused
        {
            partition.paused = false;
            self.commands.push_back(Command::Resume(slot));
            self.wake(slot);
        }
    }

    /// A timer went off. One whose purpose is gone changes nothing.
    pub fn timer_fired(&mut self, id: TimerId) {
        match self.timers.remove(&id) {
            Some(Timer::Retry(ticket)) => self.retry_due(ticket, id),
            Some(Timer::DeadLetter(ticket)) => self.dead_letter_due(ticket, id),
            Some(Timer::Batch(slot, epoch)) => self.batch_due(slot, epoch, id),
            Some(Timer::Commit) => self.commit_due(),
            Some(Timer::Revoke(slot, epoch)) => self.revoke_due(slot, epoch),
            Some(Timer::Drain) => self.drain_due(),
            None => {}
        }
    }

    /// The first record of a partition that is not done, which holds its watermark: offset and tries so far.
    pub fn held_by(&self, slot: Slot) -> Option<(i64, u32)> {
        self.partitions.get(slot as usize).and_then(Partition::front)
    }

    /// Whether the program ends.
    pub fn is_draining(&self) -> bool {
        self.draining
    }

    /// Records started or queued, over all partitions.
    pub fn in_flight(&self) -> usize {
        self.partitions.iter().map(|partition| partition.in_flight).sum()
    }

    /// Records that are done, since the start.
    pub fn settled(&self) -> u64 {
        self.settled
    }

    /// Records that a handler had and that are not done, over all partitions: whoever has them next handles them again.
    pub fn begun(&self) -> usize {
        self.partitions.iter().map(Partition::begun).sum()
    }

    /// Whether something is to end or to start by itself: a handler or the broker has a record, or one may start now.
    /// Records that wait for a retry, or behind one, for their batch to fill or for the operator do not count.
    pub fn is_at_work(&self) -> bool {
        let has_work = |partition: &Partition<F>| !partition.is_at_rest() || partition.handed_on > 0;
        self.partitions.iter().any(has_work) || !self.ready.is_empty()
    }

    pub(super) fn set_timer(&mut self, timer: Timer, delay: Duration) -> TimerId {
        self.next_timer += 1;
        self.timers.insert(self.next_timer, timer);
        self.commands.push_back(Command::SetTimer(self.next_timer, delay));
        self.next_timer
    }

    /// Lets `next` look at a partition.
    pub(super) fn wake(&mut self, slot: Slot) {
        let is_ready = &mut self.is_ready[slot as usize];
        if !*is_ready {
            *is_ready = true;
            self.ready.push_back(slot);
        }
    }

    /// The partition of a ticket, when its epoch is the current one.
    pub(super) fn current(&mut self, ticket: Ticket) -> Option<&mut Partition<F>> {
        let partition = self.partitions.get_mut(ticket.slot as usize)?;
        partition.is_current(ticket.epoch).then_some(partition)
    }

    /// Where a ticket's record stands, when its epoch is the current one. What a stale ticket says stops here.
    pub(super) fn state(&self, ticket: Ticket) -> Option<State> {
        let partition = self.partitions.get(ticket.slot as usize)?;
        partition
            .state(ticket.seq)
            .filter(|_| partition.is_current(ticket.epoch))
    }
}
