//! How the time of a revoke is shared out. It is served inside one poll, and a member that does not poll again within
//! its interval is evicted: with it all its partitions, also those that stayed.

use std::time::{Duration, Instant};

/// What a driver may take beyond its own deadline before it counts as stuck.
const GRACE: Duration = Duration::from_millis(500);

/// How long a revoke waits for its commit. A coordinator that is there answers within milliseconds, one that moves
/// within seconds; meanwhile nothing is read from the partitions that stay.
const COMMIT: Duration = Duration::from_secs(5);

/// The percentage of the interval that all may take; the rest is for what the poll does before and after.
const ALL: u32 = 90;

/// The percentage that the driver may take, which leaves some for the commit.
const ANSWER: u32 = 70;

/// The time of one revoke.
#[derive(Clone, Copy, Debug)]
pub(super) struct RevokeTime {
    /// When the driver must have answered.
    pub(super) answer_by: Instant,
    end: Instant,
}

impl RevokeTime {
    /// From `now` on, for handlers that may take until `revoke_deadline`.
    pub(super) fn begin(now: Instant, revoke_deadline: Duration, max_poll_interval: Duration) -> RevokeTime {
        let part = |percent| max_poll_interval * percent / 100;
        RevokeTime {
            answer_by: now + (revoke_deadline + GRACE).min(part(ANSWER)),
            end: now + part(ALL),
        }
    }

    /// How long the commit may take that begins `now`.
    pub(super) fn commit_within(&self, now: Instant) -> Duration {
        COMMIT.min(self.end.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::kafka::now;

    const MS: Duration = Duration::from_millis(1);

    /// How long the driver has, and then the commit, when the driver takes all of its time.
    fn shares(max_poll_interval: Duration) -> (Duration, Duration) {
        let start = now();
        // As the App does it.
        let revoke_deadline = (10_000 * MS).min(max_poll_interval / 2);
        let time = RevokeTime::begin(start, revoke_deadline, max_poll_interval);
        (time.answer_by - start, time.commit_within(time.answer_by))
    }

    #[test]
    fn a_long_interval_grants_all() {
        assert_eq!(shares(300_000 * MS), (10_500 * MS, 5_000 * MS));
    }

    #[test]
    fn a_short_interval_is_not_passed() {
        assert_eq!(shares(10_000 * MS), (5_500 * MS, 3_500 * MS));
        assert_eq!(shares(1_000 * MS), (700 * MS, 200 * MS));
    }

    #[test]
    fn a_commit_has_what_a_quick_driver_left() {
        let start = now();
        let time = RevokeTime::begin(start, 5_000 * MS, 10_000 * MS);
        assert_eq!(time.commit_within(start), 5_000 * MS);
        assert_eq!(time.commit_within(start + 20_000 * MS), Duration::ZERO);
    }
}
