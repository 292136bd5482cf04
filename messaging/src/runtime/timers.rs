//! The core's timers, by the moment they are due.

use std::collections::BTreeSet;
use std::time::Duration;

use super::clock::{self, Instant};
use crate::delivery::TimerId;

/// Longer than any program runs.
const LONGEST: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

/// Timers that have not gone off.
#[derive(Debug, Default)]
pub(super) struct Timers(BTreeSet<(Instant, TimerId)>);

impl Timers {
    pub(super) fn set(&mut self, id: TimerId, delay: Duration) {
        let now = clock::now();
        // A handler may ask for any delay; one that no clock can hold is as good as thirty years.
        self.0
            .insert((now.checked_add(delay).unwrap_or(now + LONGEST), id));
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.first().map(|(due, _)| *due)
    }

    /// Takes one that is due.
    pub(super) fn take_due(&mut self) -> Option<TimerId> {
        let (due, _) = *self.0.first()?;
        (due <= clock::now())
            .then(|| self.0.pop_first().map(|(_, id)| id))
            .flatten()
    }
}
