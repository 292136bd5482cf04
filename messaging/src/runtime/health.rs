//! How the groups of an App are: what readiness and liveness probes ask.

use std::time::Duration;

use super::clock::{self, Instant};
use crate::broker::TopicPartition;

/// How an App is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Health {
    /// Whether every group has its first partitions, none has ended, and the App is not stopping.
    pub ready: bool,
    /// Each group.
    pub groups: Vec<GroupHealth>,
}

/// How a group's member here is; at most a tenth of a second old.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GroupHealth {
    /// The group.
    pub group: String,
    /// The partitions assigned to this member.
    pub partitions: Vec<TopicPartition>,
    /// Records started or queued.
    pub in_flight: usize,
    /// Tries that have ended since the start.
    pub finished: u64,
    /// Events for which their consumer has no handler, since the start.
    pub unknown_events: u64,
    /// The records that hold their partition's watermark.
    pub held: Vec<Held>,
    /// Whether a handler or the broker has a record, or one may start.
    at_work: bool,
    /// When a try ended last, or work began after there was none.
    progress: Option<Instant>,
}

/// The first record of a partition that is not done: what its watermark waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// The worker whose handler has it.
    pub worker: String,
    /// Its partition.
    pub partition: TopicPartition,
    /// Its offset.
    pub offset: i64,
    /// How often its handler was called.
    pub attempts: u32,
}

impl Health {
    /// The groups that are at work and have finished nothing for longer than `limit`. A liveness probe fails when there
    /// is one; `held` names the records. Records that only wait, such as for their retry, make no group stuck.
    pub fn stuck(&self, limit: Duration) -> impl Iterator<Item = &GroupHealth> {
        self.groups
            .iter()
            .filter(move |group| group.without_progress().is_some_and(|idle| idle > limit))
    }
}

impl GroupHealth {
    pub(crate) fn of(group: &str) -> GroupHealth {
        GroupHealth {
            group: group.to_owned(),
            ..GroupHealth::default()
        }
    }

    /// For how long nothing has been finished although a handler or the broker has a record, or one may start.
    pub fn without_progress(&self) -> Option<Duration> {
        self.progress
            .filter(|_| self.at_work)
            .map(|last| clock::now() - last)
    }

    /// Takes new counts over.
    pub(super) fn update(&mut self, finished: u64, in_flight: usize, at_work: bool, held: Vec<Held>) {
        if self.finished != finished || !self.at_work {
            self.progress = Some(clock::now());
        }
        self.finished = finished;
        self.in_flight = in_flight;
        self.at_work = at_work;
        self.held = held;
    }
}

/// When the health is told next: at once after a change, then not before a tenth of a second has passed.
#[derive(Debug)]
pub(super) struct Pulse {
    last: Option<Instant>,
    changed: bool,
}

const PULSE: Duration = Duration::from_millis(100);

impl Pulse {
    pub(super) fn new() -> Pulse {
        Pulse {
            last: None,
            changed: true,
        }
    }

    pub(super) fn change(&mut self) {
        self.changed = true;
    }

    /// Whether it is time; then the change counts as told.
    pub(super) fn beats(&mut self) -> bool {
        let now = clock::now();
        let beats = self.changed && self.last.is_none_or(|last| now >= last + PULSE);
        if beats {
            self.last = Some(now);
            self.changed = false;
        }
        beats
    }

    /// When a change that is not told yet is to be told.
    pub(super) fn next(&self) -> Option<Instant> {
        self.last.filter(|_| self.changed).map(|last| last + PULSE)
    }
}
