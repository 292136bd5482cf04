//! Pairs of runs: one side by hand, one side ours.

mod consuming;
mod methods;
mod publishing;
mod tracking;

use anyhow::Result;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::report::{Pairs, Run};

/// What all benchmarks share.
pub(crate) struct Bench {
    pub(crate) brokers: String,
    pub(crate) pairs: usize,
    pub(crate) records: usize,
}

impl Bench {
    /// Runs both sides of each pair and prints one row of the table. `run` gets the pair and the side, 0 is by hand,
    /// and says how many records a second it handled; `records` is how many each side handles.
    async fn compare(
        &self,
        title: &str,
        records: [usize; 2],
        run: impl AsyncFn(usize, usize) -> Result<f64>,
    ) -> Result<()> {
        let mut pairs = Pairs::default();
        // The first pair warms the server up and does not count.
        for pair in 0..=self.pairs {
            for side in order(pair) {
                pairs.add(
                    pair,
                    side,
                    measured(records[side], async || run(pair, side).await).await?,
                );
            }
            eprintln!("{title}: pair {pair} of {}: {}", self.pairs, pairs.last());
        }
        println!("{}", pairs.row(title));
        Ok(())
    }
}

/// Runs one side and notes what it cost this process.
async fn measured(records: usize, side: impl AsyncFnOnce() -> Result<f64>) -> Result<Run> {
    let before = processor_time()?;
    let rate = side().await?;
    let processor = (processor_time()? - before) / records as f64;
    Ok(Run { rate, processor })
}

/// What this process used until now, in microseconds.
fn processor_time() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok((usage.user_time() + usage.system_time()).num_microseconds() as f64)
}

/// Which side goes first changes from pair to pair.
fn order(pair: usize) -> [usize; 2] {
    if pair.is_multiple_of(2) { [0, 1] } else { [1, 0] }
}
