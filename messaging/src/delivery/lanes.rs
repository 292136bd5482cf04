//! Lanes: records that must stay in order.
//!
//! Only busy lanes are known. A record that finishes in its first poll never touches the map.

use std::collections::{HashMap, VecDeque};

use rustc_hash::FxBuildHasher;

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

    /// One holder lets go. When it was the last, the next in line holds the lane and is returned.
    pub(super) fn release(&mut self, lane: u64) -> Option<u64> {
        let held = self.0.get_mut(&lane)?;
        held.holders = held.holders.saturating_sub(1);
        if held.holders > 0 {
            return None;
        }
        match held.waiting.pop_front() {
            Some(next) => {
                held.holders = 1;
                held.leader = None;
                Some(next)
            }
            None => {
                self.0.remove(&lane);
                None
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
