//! When which watermarks are committed: at most one request at a time, the latest wins.

use std::time::Duration;

use super::core::Timer;
use super::tracker::Phase;
use super::{Command, Core, Freight, Settlement, Watermark};

/// How long a failed commit waits when there is no interval.
const COMMIT_AGAIN: Duration = Duration::from_millis(500);

/// What is to be committed and what the broker was asked for.
#[derive(Debug)]
pub(super) struct Commits<F: Freight> {
    /// How often; `None`: whenever there is something.
    interval: Option<Duration>,
    timer_is_set: bool,
    due: bool,
    /// What was asked for and not answered.
    asked: Option<Asked<F>>,
    /// Records to be acknowledged.
    pub(super) acks: Vec<F::Record>,
}

#[derive(Clone, Debug)]
enum Asked<F: Freight> {
    Watermarks(Vec<Watermark>),
    Acks(Vec<F::Record>),
}

impl<F: Freight> Commits<F> {
    pub(super) fn new(interval: Option<Duration>) -> Commits<F> {
        Commits {
            interval,
            timer_is_set: false,
            due: false,
            asked: None,
            acks: Vec::new(),
        }
    }
}

impl<F: Freight> Core<F> {
    /// The broker has kept what it was asked to.
    pub fn commit_done(&mut self) {
        self.commits.asked = None;
    }

    /// It has not: a rebalance, a lost connection. It is asked again for what is still ours.
    pub fn commit_failed(&mut self) {
        match self.commits.asked.take() {
            Some(Asked::Watermarks(marks)) => marks.into_iter().for_each(|mark| self.unrequest(mark)),
            Some(Asked::Acks(records)) => self.commits.acks.splice(0..0, records).for_each(drop),
            None => return,
        }
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
        if !self.commits.due || self.commits.asked.is_some() || self.drained {
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
            self.commits.asked = Some(Asked::Watermarks(marks.clone()));
            self.commands.push_back(Command::Commit(marks));
        }
    }

    pub(super) fn request_acks(&mut self) {
        let records = std::mem::take(&mut self.commits.acks);
        if !records.is_empty() {
            self.commits.asked = Some(Asked::Acks(records.clone()));
            self.commands.push_back(Command::Ack(records));
        }
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
