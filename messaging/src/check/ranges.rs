//! Values that a key does not take. A macro refuses them where they stand as literals; a constant or the builder may
//! still bring them.

use std::time::Duration;

use super::Problem;
use crate::app::Resolved;

pub(super) fn ranges(worker: &Resolved) -> Vec<Problem> {
    let refused = zeros(worker)
        .into_iter()
        .chain(jitter(worker))
        .chain(timeout(worker));
    let problem = |what| {
        Problem::new(
            format!("{} \"{}\" has {what}", worker.kind, worker.name),
            [worker.place],
        )
    };
    refused.map(problem).collect()
}

/// With none of what these count, nothing would ever run.
fn zeros(worker: &Resolved) -> Vec<String> {
    let rules = worker.keys();
    let counts = [
        ("concurrency", rules.concurrency),
        ("batch_size", worker.batch_size()),
        ("max_in_flight", rules.max_in_flight),
        ("max_bytes", rules.max_bytes),
        ("max_ahead", rules.max_ahead),
    ];
    let zeros = counts.into_iter().filter(|(_, count)| *count == 0);
    zeros
        .map(|(key, _)| {
            format!(
                "`{key}` = 0{}; use a whole number from 1",
                worker.overridden_at(key)
            )
        })
        .collect()
}

fn jitter(worker: &Resolved) -> Option<String> {
    let jitter = worker.keys().retry.jitter;
    let refused = !(0.0..=1.0).contains(&jitter);
    let place = worker.overridden_at("retry_jitter");
    refused.then(|| format!("`retry_jitter` = {jitter:?}{place}; use a number from 0.0 to 1.0"))
}

fn timeout(worker: &Resolved) -> Option<String> {
    let refused = worker.timeout == Some(Duration::ZERO);
    let place = worker.overridden_at("timeout");
    refused.then(|| format!("`timeout` = 0{place}; use a duration longer than nothing, or none for no limit"))
}
