//! What is true of one assignment, kept by the model from what was said to the core, never from what the core says.

use std::collections::VecDeque;

use super::super::events::Setup;
use crate::delivery::policy::Order;
use crate::delivery::{CutOff, Epoch, Slot};

/// A record in a partition's log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) offset: i64,
    pub(super) key: Option<u64>,
    pub(super) bytes: u32,
    pub(super) temper: u16,
    /// Acknowledged at the broker.
    pub(super) acked: bool,
    /// How often its outputs or its dead letter were committed by a transaction.
    pub(super) committed: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Queued,
    Open,
    Running,
    /// Tried again from `due` on; without it, as soon as its lane is free.
    Retry {
        due: Option<u64>,
    },
    /// So many acknowledgements are missing; `sent` once the command came.
    Publishing {
        missing: u32,
        sent: bool,
    },
    DeadLettering(Letter),
    Staged(Stage),
    Done,
    /// Left to the next assignment.
    Dropped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letter {
    ToSend,
    Sent,
    Again { due: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Nothing,
    Outputs,
    DeadLetter,
}

impl Standing {
    /// Its lane may go on.
    pub(super) fn has_passed(self) -> bool {
        use Standing::{DeadLettering, Done, Publishing, Staged};
        matches!(self, Publishing { .. } | DeadLettering(_) | Staged(_) | Done)
    }

    pub(super) fn is_busy(self) -> bool {
        use Standing::{DeadLettering, Open, Publishing, Running};
        matches!(
            self,
            Open | Running | Publishing { .. } | DeadLettering(Letter::ToSend | Letter::Sent)
        )
    }

    pub(super) fn is_idle(self) -> bool {
        matches!(self, Standing::Queued | Standing::Retry { .. }) || self.is_refused()
    }

    /// Its dead letter waits to be written again.
    pub(super) fn is_refused(self) -> bool {
        matches!(self, Standing::DeadLettering(Letter::Again { .. }))
    }

    /// Counts against the bound on records.
    pub(super) fn is_in_hand(self) -> bool {
        self.is_in_flight() && !self.is_handed_on()
    }

    pub(super) fn is_handed_on(self) -> bool {
        use Standing::{DeadLettering, Publishing, Staged};
        matches!(self, Publishing { .. } | DeadLettering(_) | Staged(_))
    }

    pub(super) fn is_in_flight(self) -> bool {
        !matches!(self, Standing::Done | Standing::Dropped)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) offset: i64,
    /// A bit per lane; 0 without.
    pub(super) lane: u8,
    pub(super) bytes: usize,
    pub(super) temper: u16,
    pub(super) attempts: u32,
    pub(super) standing: Standing,
    /// How often its dead letter was refused.
    pub(super) refusals: u32,
    /// Its outputs or its dead letter were handed to the producer: its lane has gone on.
    pub(super) handed_on: bool,
    /// Its acknowledgement was asked for.
    pub(super) acked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Active,
    Revoking {
        deadline: u64,
    },
    /// The program ends, or its worker has stopped.
    Draining,
}

#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) epoch: Epoch,
    pub(super) phase: Phase,
    pub(super) paused: bool,
    /// A transaction failed while it was to go, so it goes without.
    pub(super) forsaken: bool,
    /// The places in the log of what was fetched and not taken by the core.
    pub(super) fetched: VecDeque<usize>,
    /// The place in the log that is fetched next.
    pub(super) position: usize,
    /// Where the assignment began: an offset, and a place in the log.
    pub(super) began: i64,
    pub(super) first: usize,
    /// By sequence number.
    pub(super) entries: Vec<Entry>,
    /// The highest offset that was asked to be kept.
    pub(super) marked: i64,
    /// Since when the next batch may have begun to fill, and since when it must have.
    pub(super) could_fill: Option<u64>,
    pub(super) must_fill: Option<u64>,
}

impl Assignment {
    pub(super) fn new(epoch: Epoch, began: i64, position: usize, phase: Phase) -> Assignment {
        Assignment {
            epoch,
            phase,
            paused: false,
            forsaken: false,
            fetched: VecDeque::new(),
            position,
            began,
            first: position,
            entries: Vec::new(),
            marked: began,
            could_fill: None,
            must_fill: None,
        }
    }

    pub(super) fn take(&mut self, written: &Written, order: Order) {
        let key = written.key.map_or(1, |key| 2 << key);
        self.entries.push(Entry {
            offset: written.offset,
            lane: match order {
                Order::Key => key,
                Order::Partition => 1,
                Order::None => 0,
            },
            bytes: written.bytes as usize,
            temper: written.temper,
            attempts: 0,
            standing: Standing::Queued,
            refusals: 0,
            handed_on: false,
            acked: false,
        });
    }

    pub(super) fn count(&self, which: impl Fn(Standing) -> bool) -> usize {
        self.entries.iter().filter(|entry| which(entry.standing)).count()
    }

    pub(super) fn bytes(&self) -> usize {
        let held = self.entries.iter().filter(|entry| entry.standing.is_in_flight());
        held.map(|entry| entry.bytes).sum()
    }

    /// The records whose dead letters wait to be written again, as they are to be told at the end.
    pub(super) fn refused(&self, slot: Slot) -> Option<CutOff> {
        let mut refused = self.entries.iter().filter(|entry| entry.standing.is_refused());
        let records = refused.clone().count();
        let offset = refused.next()?.offset;
        Some(CutOff {
            slot,
            offset,
            records,
        })
    }

    pub(super) fn drop_where(&mut self, which: impl Fn(Standing) -> bool) {
        for entry in self.entries.iter_mut().filter(|entry| which(entry.standing)) {
            entry.standing = Standing::Dropped;
        }
    }

    /// The number of the first record that is not done.
    pub(super) fn front(&self) -> usize {
        let done = |entry: &Entry| entry.standing == Standing::Done;
        self.entries
            .iter()
            .position(|entry| !done(entry))
            .unwrap_or(self.entries.len())
    }

    /// What must be committed now: the first offset not done.
    pub(super) fn watermark(&self) -> Option<i64> {
        match self.front() {
            0 => None,
            front => Some(self.offset_at(front)),
        }
    }

    /// The offset of a record, or the one behind the last.
    pub(super) fn offset_at(&self, seq: usize) -> i64 {
        match self.entries.get(seq) {
            Some(entry) => entry.offset,
            None => self.entries.last().map_or(self.began, |last| last.offset + 1),
        }
    }

    /// The lanes of records before `seq` that later ones must not overtake.
    pub(super) fn blocked_before(&self, seq: usize, also_passes: impl Fn(usize) -> bool) -> u8 {
        let before = self.entries[..seq].iter().enumerate();
        let blocking = before.filter(|(other, entry)| !entry.standing.has_passed() && !also_passes(*other));
        blocking.fold(0, |lanes, (_, entry)| lanes | entry.lane)
    }

    /// Which records could start now, were there nothing but their lanes and `max_ahead` to hold them.
    pub(super) fn eligible(&self, setup: &Setup, now: u64) -> Vec<usize> {
        let front = self.front();
        let mut blocked = 0;
        let mut eligible = Vec::new();
        for (seq, entry) in self.entries.iter().enumerate().skip(front) {
            let near = seq - front <= setup.max_ahead;
            let (may, together) = match entry.standing {
                standing if standing.has_passed() => continue,
                Standing::Queued => (near, true),
                Standing::Retry { due: None } => (true, true),
                Standing::Retry { due: Some(due) } => (due <= now, false),
                _ => (false, false),
            };
            let starts = may && entry.lane & blocked == 0;
            if starts {
                eligible.push(seq);
            }
            // A batch may take several fresh records of a lane.
            if !(starts && together && setup.batch.is_some()) {
                blocked |= entry.lane;
            }
        }
        eligible
    }
}
