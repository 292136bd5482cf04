//! Medians of pairs, with their spread.

/// What a run of one side gave.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    /// Messages per second.
    pub(crate) rate: f64,
    /// Processor time of this process per message, in microseconds, joining and leaving the group included.
    pub(crate) processor: f64,
}

/// The runs of both sides, and the ratio of each pair.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    sides: [Vec<Run>; 2],
    latest: [Run; 2],
}

/// The head of the table whose rows [`Pairs::row`] writes.
pub(crate) const HEAD: &str = "\
| measurement | by hand, messages/s | spread | processor time | messaging, messages/s | spread | processor time | ratio |
|---|---|---|---|---|---|---|---|";

impl Pairs {
    /// Takes a run; those of pair 0 are shown and forgotten.
    pub(crate) fn add(&mut self, pair: usize, side: usize, run: Run) {
        if pair > 0 {
            self.sides[side].push(run);
        }
        self.latest[side] = run;
    }

    /// The pair measured last.
    pub(crate) fn last(&self) -> String {
        let [by_hand, ours] = self.latest;
        format!(
            "{:.0} by hand, {:.0} messaging, ratio {:.3}; processor time {:.2} and {:.2} µs",
            by_hand.rate,
            ours.rate,
            ours.rate / by_hand.rate,
            by_hand.processor,
            ours.processor
        )
    }

    /// One row of the table.
    pub(crate) fn row(&self, name: &str) -> String {
        let [by_hand, ours] = &self.sides;
        let ratios: Vec<f64> = by_hand
            .iter()
            .zip(ours)
            .map(|(raw, ours)| ours.rate / raw.rate)
            .collect();
        let ratio = format!(
            "{:.3} ({:.3}–{:.3})",
            median(&ratios),
            least(&ratios),
            most(&ratios)
        );
        format!("| {name} | {} | {} | {ratio} |", cells(by_hand), cells(ours))
    }
}

/// Rate, spread and processor time of one side.
fn cells(side: &[Run]) -> String {
    let rates: Vec<f64> = side.iter().map(|run| run.rate).collect();
    let processor: Vec<f64> = side.iter().map(|run| run.processor).collect();
    format!(
        "{:.0} | {:.0}–{:.0} | {:.2} µs",
        median(&rates),
        least(&rates),
        most(&rates),
        median(&processor)
    )
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}
