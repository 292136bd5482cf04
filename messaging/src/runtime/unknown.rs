//! Events for which their consumer has no handler. They are counted; each name is said once.

use std::collections::HashSet;

use super::unit::Unit;
use crate::record::Record;

/// Of how many names it is remembered that they were said: they come from outside, and memory is ours.
const MOST_NAMES: usize = 1000;

/// How many bytes of a name are said, and remembered.
const LONGEST_NAME: usize = 256;

/// What a driver knows of them.
#[derive(Debug, Default)]
pub(super) struct UnknownEvents {
    count: u64,
    /// Consumers and names that were said; only looked up in.
    told: HashSet<(String, String)>,
    /// Whether it was said that there are more.
    full: bool,
}

impl UnknownEvents {
    /// How many there were.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Counts one.
    pub(super) fn note(&mut self, unit: &Unit, record: &Record, event: &str) {
        self.count += 1;
        let event = &event[..event.floor_char_boundary(LONGEST_NAME)];
        let told = (unit.name.clone(), event.to_owned());
        if self.told.contains(&told) {
            return;
        }
        if self.told.len() >= MOST_NAMES {
            if !std::mem::replace(&mut self.full, true) {
                tracing::warn!(
                    group = unit.group,
                    "there are more than {MOST_NAMES} names of events without a handler; further ones are counted and not said"
                );
            }
            return;
        }
        self.told.insert(told);
        tracing::warn!(consumer = unit.name, group = unit.group, event = ?event, topic = %record.topic(), partition = record.partition(),
            offset = record.offset(), "no handler is for this event; it is done, as all others of its name, and this is not said again");
    }
}
