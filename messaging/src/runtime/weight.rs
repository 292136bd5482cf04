//! How heavy a handler is. One that computes for long is spawned, so that others run beside it on another core and the
//! driver stays quick; one that does not is polled in place, which costs a tenth.

use std::time::Duration;

/// A handler whose polls take longer than this on average is spawned (measured: spawning costs about 1.5 µs a record,
/// so a tenth of the work at most).
const HEAVY: Duration = Duration::from_micros(15);

/// Of how many runs of a heavy handler one is polled in place, to see whether it still is.
const PROBE: u32 = 256;

/// How many records of a handler that is not heavy are polled between two looks at the clock.
const UNTIMED: usize = 16;

/// What was measured of one worker's handler.
#[derive(Debug, Default)]
pub(super) struct Weight {
    /// A moving average, in nanoseconds for each record.
    average: f64,
    since_probe: u32,
}

impl Weight {
    /// Whether the next run is to be spawned.
    pub(super) fn is_heavy(&mut self) -> bool {
        if !self.takes_long() {
            return false;
        }
        self.since_probe += 1;
        if self.since_probe < PROBE {
            return true;
        }
        self.since_probe = 0;
        false
    }

    /// Whether to look at the clock when so many records of a run were polled: beside a heavy handler that costs nothing.
    pub(super) fn is_time_to_look(&self, polled: usize) -> bool {
        self.takes_long() || polled.is_multiple_of(UNTIMED)
    }

    fn takes_long(&self) -> bool {
        self.average >= HEAVY.as_nanos() as f64
    }

    /// A run of so many records took so long to poll.
    pub(super) fn measured(&mut self, records: usize, took: Duration) {
        let each = took.as_nanos() as f64 / records.max(1) as f64;
        self.average += (each - self.average) / 8.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heavy_handler_is_looked_at_again() {
        let mut weight = Weight::default();
        assert!(!weight.is_heavy());
        for _ in 0..32 {
            weight.measured(1, Duration::from_millis(1));
        }
        let spawned = (0..PROBE).filter(|_| weight.is_heavy()).count();
        assert_eq!(spawned as u32, PROBE - 1);
        for _ in 0..64 {
            weight.measured(100, Duration::from_micros(10));
        }
        assert!(!weight.is_heavy());
    }
}
