//! What a worker is told about order, retries and giving up.

use std::time::Duration;

/// Which records must stay in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// Those of one key; records without a key are in order among themselves, per partition.
    #[default]
    Key,
    /// Those of one partition.
    Partition,
    /// None.
    None,
}

/// How the delay grows from retry to retry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backoff {
    /// d · 2^(n-1) before retry n.
    #[default]
    Exponential,
    /// d · n before retry n.
    Linear,
    /// d before every retry.
    Fixed,
}

/// What happens to a record that is given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnExhausted {
    /// It goes to the dead letter topic; its offset moves when the broker has acknowledged that.
    #[default]
    Dlq,
    /// It is logged as an error and counts as done.
    Skip,
    /// Its offset stays, the App drains and `run` returns the error.
    Stop,
}

/// When a failed record is tried again. A constant of it is one policy for many workers:
///
/// ```
/// # use std::time::Duration;
/// use messaging::{RetryPolicy, worker};
///
/// /// Banks are slow to come back.
/// pub const PAYMENTS: RetryPolicy = RetryPolicy::exponential()
///     .max_retries(8)
///     .delay(Duration::from_secs(2))
///     .max_delay(Duration::from_secs(600))
///     .jitter(0.1);
///
/// #[worker(topic = "payments", retry_policy = PAYMENTS)]
/// async fn charge(payment: String) -> Result<(), std::io::Error> {
///     Err(std::io::Error::other(format!("no bank takes {payment}")))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How often after the first try; 3.
    pub max_retries: u32,
    /// How the delay grows; exponentially.
    pub backoff: Backoff,
    /// The delay before the first retry; 1 s. None stays none, however it grows.
    pub delay: Duration,
    /// No delay is longer; 1 h.
    pub max_delay: Duration,
    /// The share of a delay, 0 to 1, that is drawn by chance and added or taken away; 0.
    pub jitter: f64,
}

impl Default for RetryPolicy {
    fn default() -> RetryPolicy {
        RetryPolicy::exponential()
    }
}

impl RetryPolicy {
    /// Three retries, after 1 s, 2 s and 4 s; the delay doubles from retry to retry.
    pub const fn exponential() -> RetryPolicy {
        RetryPolicy::growing(Backoff::Exponential)
    }

    /// Three retries, after 1 s, 2 s and 3 s; the delay grows by itself from retry to retry.
    pub const fn linear() -> RetryPolicy {
        RetryPolicy::growing(Backoff::Linear)
    }

    /// Three retries, 1 s after each failed try.
    pub const fn fixed() -> RetryPolicy {
        RetryPolicy::growing(Backoff::Fixed)
    }

    const fn growing(backoff: Backoff) -> RetryPolicy {
        RetryPolicy {
            max_retries: 3,
            backoff,
            delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(3600),
            jitter: 0.0,
        }
    }

    /// How often a record is tried again after the first try; 0: never.
    pub const fn max_retries(mut self, max_retries: u32) -> RetryPolicy {
        self.max_retries = max_retries;
        self
    }

    /// The delay before the first retry; zero: every retry comes at once, however delays grow.
    pub const fn delay(mut self, delay: Duration) -> RetryPolicy {
        self.delay = delay;
        self
    }

    /// The longest delay.
    pub const fn max_delay(mut self, max_delay: Duration) -> RetryPolicy {
        self.max_delay = max_delay;
        self
    }

    /// The share of a delay, from 0 to 1, that is drawn by chance and added or taken away. The start-up check refuses
    /// others.
    pub const fn jitter(mut self, jitter: f64) -> RetryPolicy {
        self.jitter = jitter;
        self
    }

    /// The delay before retry `n`, from 1; `random` decides the jitter.
    pub fn delay_before(&self, n: u32, random: u64) -> Duration {
        let n = n.max(1);
        let times = match self.backoff {
            Backoff::Fixed => 1,
            Backoff::Linear => n.into(),
            Backoff::Exponential => 1u128.checked_shl(n - 1).unwrap_or(u128::MAX),
        };
        let grown = self.delay.as_nanos().saturating_mul(times);
        let capped = Duration::from_nanos_u128(grown.min(self.max_delay.as_nanos()));
        self.jittered(capped, random)
    }

    fn jittered(&self, delay: Duration, random: u64) -> Duration {
        if self.jitter <= 0.0 {
            return delay;
        }
        let centred = (random >> 11) as f64 / (1u64 << 53) as f64 * 2.0 - 1.0; // in -1 .. 1
        let seconds = delay.as_secs_f64() * (1.0 + centred * self.jitter.min(1.0));
        // What is too long for a `Duration` is longer than the longest delay, too.
        Duration::try_from_secs_f64(seconds).map_or(self.max_delay, |delay| delay.min(self.max_delay))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(policy: RetryPolicy) -> Vec<u64> {
        (1..=5).map(|n| policy.delay_before(n, 0).as_secs()).collect()
    }

    #[test]
    fn delays_grow_as_documented() {
        let policy = RetryPolicy::default();
        assert_eq!(seconds(policy), [1, 2, 4, 8, 16]);
        assert_eq!(
            seconds(RetryPolicy {
                backoff: Backoff::Linear,
                ..policy
            }),
            [1, 2, 3, 4, 5]
        );
        assert_eq!(
            seconds(RetryPolicy {
                backoff: Backoff::Fixed,
                ..policy
            }),
            [1, 1, 1, 1, 1]
        );
        assert_eq!(
            seconds(RetryPolicy {
                max_delay: Duration::from_secs(5),
                ..policy
            }),
            [1, 2, 4, 5, 5]
        );
    }

    #[test]
    fn a_constant_says_all_of_it() {
        const POLICY: RetryPolicy = RetryPolicy::linear()
            .max_retries(7)
            .delay(Duration::from_secs(3))
            .max_delay(Duration::from_secs(8))
            .jitter(0.5);
        let expected = RetryPolicy {
            max_retries: 7,
            backoff: Backoff::Linear,
            delay: Duration::from_secs(3),
            max_delay: Duration::from_secs(8),
            jitter: 0.5,
        };
        assert_eq!(POLICY, expected);
        assert_eq!(RetryPolicy::fixed().backoff, Backoff::Fixed);
        assert_eq!(RetryPolicy::exponential(), RetryPolicy::default());
    }

    #[test]
    fn no_count_of_retries_overflows() {
        assert_eq!(
            RetryPolicy::default().delay_before(u32::MAX, 0),
            Duration::from_secs(3600)
        );
    }

    #[test]
    fn no_delay_stays_none() {
        let policy = RetryPolicy {
            delay: Duration::ZERO,
            ..RetryPolicy::default()
        };
        for n in [1, 32, 33, u32::MAX] {
            assert_eq!(policy.delay_before(n, 0), Duration::ZERO, "before retry {n}");
        }
    }

    #[test]
    fn a_short_delay_grows_no_faster_than_documented() {
        let policy = RetryPolicy {
            delay: Duration::from_nanos(1),
            ..RetryPolicy::default()
        };
        assert_eq!(policy.delay_before(33, 0), Duration::from_nanos(1 << 32));
        assert_eq!(policy.delay_before(34, 0), Duration::from_nanos(1 << 33));
    }

    #[test]
    fn jitter_of_the_longest_delay_does_not_overflow() {
        let policy = RetryPolicy {
            delay: Duration::MAX,
            max_delay: Duration::MAX,
            jitter: 1.0,
            ..RetryPolicy::default()
        };
        assert_eq!(policy.delay_before(1, u64::MAX), Duration::MAX);
    }

    #[test]
    fn jitter_stays_within_its_share() {
        let policy = RetryPolicy {
            jitter: 0.25,
            ..RetryPolicy::default()
        };
        for random in [0, u64::MAX / 3, u64::MAX] {
            let delay = policy.delay_before(1, random).as_secs_f64();
            assert!((0.75..=1.25).contains(&delay), "{delay}");
        }
        assert!(policy.delay_before(1, 0) < policy.delay_before(1, u64::MAX));
    }
}
