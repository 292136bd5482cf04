//! Medians of pairs, with their spread.

/// Rates of both sides, and the ratio of each pair.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    sides: [Vec<f64>; 2],
    latest: [f64; 2],
}

impl Pairs {
    /// Takes a rate; those of pair 0 are shown and forgotten.
    pub(crate) fn add(&mut self, pair: usize, side: usize, rate: f64) {
        if pair > 0 {
            self.sides[side].push(rate);
        }
        self.latest[side] = rate;
    }

    /// The pair measured last.
    pub(crate) fn last(&self) -> String {
        let [by_hand, ours] = self.latest;
        format!(
            "{by_hand:.0} by hand, {ours:.0} messaging, ratio {:.3}",
            ours / by_hand
        )
    }

    /// One row of the table.
    pub(crate) fn row(&self, name: &str) -> String {
        let ratios: Vec<f64> = self.sides[0]
            .iter()
            .zip(&self.sides[1])
            .map(|(raw, ours)| ours / raw)
            .collect();
        let rate = |side: &[f64]| format!("{:.0} | {:.0}–{:.0}", median(side), least(side), most(side));
        let ratio = format!(
            "{:.3} ({:.3}–{:.3})",
            median(&ratios),
            least(&ratios),
            most(&ratios)
        );
        format!(
            "| {name} | {} | {} | {ratio} |",
            rate(&self.sides[0]),
            rate(&self.sides[1])
        )
    }
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
