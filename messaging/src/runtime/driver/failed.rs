//! What is logged of a record that failed: one line a try, with what happens next, and nothing of the record's content.
//! A warning is what the program mends by itself; an error is what somebody has to look at.

use std::error::Error;

use crate::delivery::policy::Order;
use crate::delivery::{Disposition, GivenUp};
use crate::outcome::{Reason, in_brief};
use crate::record::Record;
use crate::runtime::unit::{Cargo, Unit};

/// A failed try.
pub(super) struct Failed<'a> {
    pub(super) unit: &'a Unit,
    pub(super) record: &'a Record,
    /// How often its handler was called.
    pub(super) attempts: u32,
    pub(super) reason: Reason,
    pub(super) error: &'a (dyn Error + 'static),
}

/// The line; its level must be known when it is compiled.
macro_rules! line {
    ($level:ident, $failed:expr, reason = $reason:expr, next = $next:expr) => {{
        let Failed { unit, record, attempts, error, .. } = $failed;
        tracing::$level!(worker = unit.name, topic = %record.topic(), partition = record.partition(),
            offset = record.offset(), attempt = attempts, reason = $reason, error = %in_brief(*error),
            next = %$next, "a record failed");
    }};
}

impl<'a> Failed<'a> {
    pub(super) fn given_up(unit: &'a Unit, given_up: &'a GivenUp<Cargo>) -> Failed<'a> {
        Failed {
            unit,
            record: &given_up.record,
            attempts: given_up.attempts,
            reason: given_up.reason,
            error: given_up.cause.as_ref(),
        }
    }

    /// A record that is given up is logged by the command that says what happens to it.
    pub(super) fn log_unless_given_up(&self, disposition: Disposition) {
        let next = match disposition {
            Disposition::Retried(delay) => format!("tried again in {delay:?} ({})", self.next_attempt()),
            Disposition::RetriedBehind => format!(
                "tried again after an earlier record of its lane that failed in the same batch ({})",
                self.next_attempt()
            ),
            Disposition::Left => {
                "left unfinished; handled again by the next owner of its partition".to_owned()
            }
            Disposition::Handled | Disposition::GivenUp => return,
        };
        // Its tries are not exhausted yet.
        let reason = self.reason.of_one_try().as_str();
        line!(warn, self, reason = reason, next = next);
    }

    /// Whether it waits for its retry with more behind it than a worker that handles several at a time may expect.
    pub(super) fn holds_its_partition(&self, disposition: Disposition) -> bool {
        let rules = &self.unit.rules;
        matches!(disposition, Disposition::Retried(_))
            && self.record.key().is_none()
            && rules.order == Order::Key
            && rules.concurrency > 1
    }

    pub(super) fn log_holding(&self) {
        tracing::warn!(worker = self.unit.name, topic = %self.record.topic(), partition = self.record.partition(),
            offset = self.record.offset(),
            "a record without a key waits for its retry, and all others without a key in its partition wait behind it; give records a key, or set order = \"none\" where their order does not matter");
    }

    pub(super) fn log_dead_letter(&self) {
        let (topic, after) = (self.unit.dlq_topic(self.record.topic()), self.after());
        let next = format!("sent to the dead letter topic {topic} {after}");
        line!(error, self, reason = self.reason.as_str(), next = next);
    }

    pub(super) fn log_skipped(&self) {
        let next = format!("skipped {} (on_exhausted = \"skip\")", self.after());
        line!(error, self, reason = self.reason.as_str(), next = next);
    }

    pub(super) fn log_stopped(&self) {
        let after = self.after();
        let next =
            format!("the program stops {after} (on_exhausted = \"stop\"); handled again at the next start");
        line!(error, self, reason = self.reason.as_str(), next = next);
    }

    fn next_attempt(&self) -> String {
        let all = self.unit.rules.retry.max_retries.saturating_add(1);
        format!("attempt {} of {all}", self.attempts.saturating_add(1))
    }

    fn after(&self) -> String {
        match self.attempts {
            1 => "after 1 attempt".to_owned(),
            attempts => format!("after {attempts} attempts"),
        }
    }
}
