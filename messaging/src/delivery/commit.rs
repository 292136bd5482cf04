//! When which watermarks are committed: at most one request at a time, the latest wins.

use std::collections::VecDeque;
use std::time::Duration;

use super::core::Timer;
use super::tracker::Phase;
use super::{Command, Core, Freight, Settlement, Slot, Ticket, Watermark};

/// How long a failed commit waits when there is no interval.
const COMMIT_AGAIN: Duration = Duration::from_millis(500);

/// What is to be committed and what the broker was asked for.
#[derive(Debug)]
pub(super) struct Commits<F: Freight> {
    /// How often; `None`: whenever there is something.
    interval: Option<Duration>,
    timer_is_set: bool,
    due: bool,
    /// What was asked for and not answered, in order: one request, and what was sent at once when partitions went.
    asked: VecDeque<Asked<F>>,
    /// Records to be acknowledged.
    acks: Vec<Ack<F>>,
}

#[derive(Debug)]
enum Asked<F: Freight> {
    Watermarks(Vec<Watermark>),
    Acks(Vec<Ack<F>>),
}

/// A settled record that its broker does not know of yet.
#[derive(Debug)]
struct Ack<F: Freight> {
    ticket: Ticket,
    record: F::Record,
}

impl<F: Freight> Commits<F> {
    pub(super) fn new(interval: Option<Duration>) -> Commits<F> {
        Commits {
            interval,
            timer_is_set: false,
            due: false,
            asked: VecDeque::new(),
            acks: Vec::new(),
        }
    }

    /// A record is to be acknowledged.
    pub(super) fn acknowledge(&mut self, ticket: Ticket, record: Option<F::Record>) {
        self.acks.extend(record.map(|record| Ack { ticket, record }));
    }

    /// A partition is gone: its records are another's to acknowledge.
    pub(super) fn forget(&mut self, slot: Slot) {
        self.acks.retain(|ack| ack.ticket.slot != slot);
    }
}

impl<F: Freight> Core<F> {
    /// The broker has kept what it was asked to. Answers come in the order of the requests.
    pub fn commit_done(&mut self) {
        self.commits.asked.pop_front();
    }

    /// It has not: a rebalance, a lost connection. It is asked again for what is still ours.
    pub fn commit_failed(&mut self) {
        match self.commits.asked.pop_front() {
            Some(Asked::Watermarks(marks)) => marks.into_iter().for_each(|mark| self.unrequest(mark)),
            Some(Asked::Acks(acks)) => self.acknowledge_again(acks),
            None => return,
        }
        self.commit_again();
    }

    /// Tries again in a while what the broker refused.
    pub(super) fn commit_again(&mut self) {
        self.commit_in(self.commits.interval.unwrap_or(COMMIT_AGAIN));
    }

    /// A watermark moved, or a record waits for its acknowledgement or its transaction.
    pub(super) fn work_to_commit(&mut self) {
        match self.commits.interval {
            Some(interval) => self.commit_in(interval),
            None => self.commits.due = true,
        }
    }

    pub(super) fn commit_in(&mut self, delay: Duration) {
        if !self.commits.timer_is_set {
            self.commits.timer_is_set = true;
            self.set_timer(Timer::Commit, delay);
        }
    }

    pub(super) fn commit_due(&mut self) {
        self.commits.timer_is_set = false;
        self.commits.due = true;
    }

    /// Asks the broker, when it is time and the last request was answered.
    pub(super) fn request_commits(&mut self) {
        if !self.commits.due || !self.commits.asked.is_empty() || self.drained {
            return;
        }
        match self.settlement {
            Settlement::Offsets => self.request_watermarks(),
            Settlement::Acks => self.request_acks(),
            Settlement::Transactions => {
                // While one is open, the request waits for its end.
                self.commits.due = !self.begin_transaction();
                return;
            }
        }
        self.commits.due = false;
    }

    fn request_watermarks(&mut self) {
        let mut marks = Vec::new();
        for partition in self
            .partitions
            .iter_mut()
            .filter(|partition| partition.phase != Phase::Free)
        {
            let Some(offset) = partition.unrequested() else {
                continue;
            };
            partition.requested = Some(offset);
            marks.push(partition.mark(Some(offset)));
        }
        if !marks.is_empty() {
            self.commits.asked.push_back(Asked::Watermarks(marks.clone()));
            self.commands.push_back(Command::Commit(marks));
        }
    }

    /// Acknowledges what is settled, also while a request is on its way: partitions that go cannot wait.
    pub(super) fn request_acks(&mut self) {
        let acks = std::mem::take(&mut self.commits.acks);
        if !acks.is_empty() {
            let records = acks.iter().map(|ack| ack.record.clone()).collect();
            self.commits.asked.push_back(Asked::Acks(acks));
            self.commands.push_back(Command::Ack(records));
        }
    }

    fn acknowledge_again(&mut self, mut acks: Vec<Ack<F>>) {
        acks.retain(|ack| self.current(ack.ticket).is_some());
        acks.append(&mut self.commits.acks);
        self.commits.acks = acks;
    }

    /// The watermarks of all our partitions, asked for before or not.
    pub fn watermarks(&self) -> Vec<Watermark> {
        let own = self
            .partitions
            .iter()
            .filter(|partition| partition.phase != Phase::Free);
        own.filter_map(|partition| partition.watermark().map(|offset| partition.mark(Some(offset))))
            .collect()
    }

    fn unrequest(&mut self, mark: Watermark) {
        let Some(partition) = self.partitions.get_mut(mark.slot as usize) else {
            return;
        };
        // Another assignment has its own watermark; nothing of the old one may be committed in it.
        if partition.is_current(mark.epoch) && partition.requested == mark.offset {
            partition.requested = None;
        }
    }
}
