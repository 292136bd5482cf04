//! How heavy a handler is. One that computes for long is spawned, so that others run beside it on another core and the
//! driver stays quick; one that does not is polled in place, which costs a tenth.

use std::time::Duration;

/// A handler whose polls take longer than this is spawned (measured: spawning costs about 1.5 µs a record, so a tenth
/// of the work at most).
const HEAVY: Duration = Duration::from_micros(15);

/// In so many runs, one after the other. A run that was interrupted, because others had the processor, looks as if its
/// handler were heavy; several in a row were not.
const SURE: u32 = 4;

/// A run that took so long was not only interrupted: one is enough, for each keeps the driver from all else.
const CERTAIN: Duration = Duration::from_millis(50);

/// Of how many runs of a heavy handler one is polled in place, to see whether it still is.
const PROBE: u32 = 64;

/// How many records of a handler that is not heavy are polled between two looks at the clock.
const UNTIMED: usize = 16;

/// What was measured of one worker's handler.
#[derive(Debug, Default)]
pub(super) struct Weight {
    /// How many runs in a row took long.
    long_runs: u32,
    since_probe: u32,
}

impl Weight {
    /// Whether the next run is to be spawned.
    pub(super) fn is_heavy(&mut self) -> bool {
        if self.long_runs < SURE {
            return false;
        }
        self.since_probe += 1;
        if self.since_probe < PROBE {
            return true;
        }
        self.since_probe = 0;
        false
    }

    /// Whether to look at the clock when so many records of a run were polled: beside a heavy handler that costs
    /// nothing.
    pub(super) fn is_time_to_look(&self, polled: usize) -> bool {
        self.long_runs > 0 || polled.is_multiple_of(UNTIMED)
    }

    /// A run of so many records took so long to poll.
    pub(super) fn measured(&mut self, records: usize, took: Duration) {
        let long = took.as_nanos() >= HEAVY.as_nanos() * records as u128;
        self.long_runs = match long {
            true if took >= CERTAIN => SURE,
            true => self.long_runs.saturating_add(1),
            false => 0,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heavy() -> Weight {
        let mut weight = Weight::default();
        for _ in 0..SURE {
            assert!(!weight.is_heavy());
            weight.measured(1, Duration::from_millis(1));
        }
        weight
    }

    #[test]
    fn a_heavy_handler_is_looked_at_again() {
        let mut weight = heavy();
        let spawned = (0..PROBE).filter(|_| weight.is_heavy()).count();
        assert_eq!(spawned as u32, PROBE - 1);
        weight.measured(100, Duration::from_micros(10));
        assert!(!weight.is_heavy());
    }

    #[test]
    fn one_run_that_took_very_long_is_enough() {
        let mut weight = Weight::default();
        weight.measured(1, CERTAIN);
        assert!(weight.is_heavy());
    }

    #[test]
    fn runs_that_were_interrupted_make_no_handler_heavy() {
        let mut weight = Weight::default();
        for run in 0..100 {
            let interrupted = run % SURE != 0;
            let took = Duration::from_micros(if interrupted { 4_000 } else { 2 });
            weight.measured(1, took);
            assert!(!weight.is_heavy(), "after run {run}");
        }
    }

    #[test]
    fn after_a_long_run_the_clock_is_looked_at_for_each_record() {
        let mut weight = Weight::default();
        assert!(!weight.is_time_to_look(1));
        weight.measured(1, Duration::from_millis(1));
        assert!(weight.is_time_to_look(1));
    }
}
