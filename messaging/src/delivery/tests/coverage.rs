//! What the random sequences have met.

use std::fmt;

/// Things that a sequence can contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Met {
    Rebalance,
    StaleFinish,
    Failure,
    Gap,
    Drain,
    Timer,
    Exhausted,
    RefusedOutput,
    RefusedDeadLetter,
    FailedCommit,
    FailedTransaction,
    AbortedTransaction,
    Cancel,
    Rewind,
    Pause,
    PartialBatch,
    Stop,
    Full,
}

impl Met {
    const ALL: [Met; 18] = [
        Met::Rebalance,
        Met::StaleFinish,
        Met::Failure,
        Met::Gap,
        Met::Drain,
        Met::Timer,
        Met::Exhausted,
        Met::RefusedOutput,
        Met::RefusedDeadLetter,
        Met::FailedCommit,
        Met::FailedTransaction,
        Met::AbortedTransaction,
        Met::Cancel,
        Met::Rewind,
        Met::Pause,
        Met::PartialBatch,
        Met::Stop,
        Met::Full,
    ];

    /// What at least one in twenty sequences must contain.
    const OFTEN: [Met; 6] = [
        Met::Rebalance,
        Met::StaleFinish,
        Met::Failure,
        Met::Gap,
        Met::Drain,
        Met::Timer,
    ];
}

/// What one sequence has met.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen(u32);

impl Seen {
    pub(super) fn note(&mut self, met: Met) {
        self.0 |= 1 << met as u8;
    }

    fn has(self, met: Met) -> bool {
        self.0 & (1 << met as u8) != 0
    }
}

/// How many sequences have met what.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    sequences: u32,
    counts: [u32; Met::ALL.len()],
}

impl Coverage {
    pub(super) fn add(&mut self, seen: Seen) {
        self.sequences += 1;
        for met in Met::ALL {
            self.counts[met as usize] += u32::from(seen.has(met));
        }
    }

    pub(super) fn assert_broad(&self) {
        for met in Met::OFTEN {
            let count = self.counts[met as usize];
            assert!(
                count * 20 >= self.sequences,
                "too few sequences with {met:?}: {self}"
            );
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} sequences", self.sequences)?;
        for met in Met::ALL {
            let share = f64::from(self.counts[met as usize]) * 100.0 / f64::from(self.sequences.max(1));
            write!(f, ", {met:?} {share:.1} %")?;
        }
        Ok(())
    }
}
