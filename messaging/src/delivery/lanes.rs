//! Lanes: records that must stay in order.
//!
//! Only busy lanes are known. A record that finishes in its first poll never touches the map.

use std::collections::{HashMap, VecDeque};

use rustc_hash::FxBuildHasher;

use super::Freight;
use super::entry::State;
use super::tracker::Partition;

/// The lane of records without a key.
pub(super) const KEYLESS: u64 = 0x9E37_79B9_7F4A_7C15;

/// The busy lanes of one partition. Looked up only, never iterated, so that a run does not depend on hashing.
#[derive(Debug, Default)]
pub(super) struct Lanes(HashMap<u64, Lane, FxBuildHasher>);

#[derive(Debug, Default)]
struct Lane {
    /// How many records hold it: one, or several of one batch.
    holders: usize,
    /// Who of them waits for a retry; the others of a batch that failed line up behind it.
    leader: Option<u64>,
    /// Who waits, by sequence number.
    waiting: VecDeque<u64>,
}

impl Lanes {
    pub(super) fn is_busy(&self, lane: u64) -> bool {
        !self.0.is_empty() && self.0.contains_key(&lane)
    }

    pub(super) fn hold(&mut self, lane: u64) {
        self.0.entry(lane).or_default().holders += 1;
    }

    /// Puts `seq` behind the lane, at its place in the partition's order: a record may come back to its lane.
    pub(super) fn wait(&mut self, lane: u64, seq: u64) {
        let waiting = &mut self.0.entry(lane).or_default().waiting;
        let at = waiting.partition_point(|&other| other < seq);
        waiting.insert(at, seq);
    }

    /// Makes a holder the one whose retry the lane waits for, unless there is one before it.
    pub(super) fn lead(&mut self, lane: u64, seq: u64) -> bool {
        let leader = &mut self.0.entry(lane).or_default().leader;
        *leader.get_or_insert(seq) == seq
    }

    /// One holder lets go. Says whether it was the last: then the lane goes on by `pass_on` or `dissolve`.
    pub(super) fn release(&mut self, lane: u64) -> bool {
        let Some(held) = self.0.get_mut(&lane) else {
            return false;
        };
        held.holders = held.holders.saturating_sub(1);
        held.holders == 0
    }

    /// The next in line holds the lane and is returned.
    fn pass_on(&mut self, lane: u64) -> Option<u64> {
        let held = self.0.get_mut(&lane)?;
        held.leader = None;
        held.holders = 1;
        let next = held.waiting.pop_front();
        if next.is_none() {
            self.0.remove(&lane);
        }
        next
    }

    /// The lane is free; all who waited are returned.
    fn dissolve(&mut self, lane: u64) -> VecDeque<u64> {
        self.0.remove(&lane).map(|held| held.waiting).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl<F: Freight> Partition<F> {
    /// The record holds its lane until [`Partition::release_lane`].
    pub(super) fn hold_lane(&mut self, seq: u64) {
        let Some(entry) = self.entry(seq) else { return };
        if let Some(lane) = entry.lane.filter(|_| !entry.holds_lane) {
            entry.holds_lane = true;
            self.lanes.hold(lane);
        }
    }

    /// Lets go of the record's lane; who waits for it may start.
    pub(super) fn release_lane(&mut self, seq: u64) {
        let Some(entry) = self.entry(seq) else { return };
        let holds = std::mem::take(&mut entry.holds_lane);
        let Some(lane) = entry.lane.filter(|_| holds) else {
            return;
        };
        if !self.lanes.release(lane) {
            return;
        }
        if self.in_batches {
            self.queue_again(lane);
        } else {
            self.unlock_next(lane);
        }
    }

    /// One at a time, in order.
    fn unlock_next(&mut self, lane: u64) {
        let Some(next) = self.lanes.pass_on(lane) else {
            return;
        };
        self.turn(next, State::Unlocked);
        self.unlocked.push_back(next);
        if let Some(entry) = self.entry(next) {
            entry.holds_lane = true;
        }
    }

    /// All of them, because a batch may take several records of a lane.
    fn queue_again(&mut self, lane: u64) {
        for seq in self.lanes.dissolve(lane) {
            self.turn(seq, State::Queued);
            self.cursor = self.cursor.min(seq);
        }
    }

    /// Makes a failed record hold its lane until its retry. When an earlier one of the same batch does so already,
    /// it waits behind that one instead, and `false` is returned.
    pub(super) fn line_up(&mut self, seq: u64) -> bool {
        self.hold_lane(seq);
        let Some(lane) = self.entry(seq).and_then(|entry| entry.lane) else {
            return true;
        };
        if self.lanes.lead(lane, seq) {
            return true;
        }
        self.turn(seq, State::Waiting);
        if let Some(entry) = self.entry(seq) {
            entry.holds_lane = false;
        }
        self.lanes.wait(lane, seq);
        self.lanes.release(lane);
        false
    }
}
