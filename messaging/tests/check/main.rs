//! The start-up check names every problem of this program with its place, all at once: one subject a file.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows only the functions that are tests themselves"
)]

mod answers;
mod builds;
mod clashes;
mod offenders;
mod reports;
mod state;
mod support;
mod values;

/// What handlers here want and nobody gives.
#[derive(Clone)]
struct Gateway;
