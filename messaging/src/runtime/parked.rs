//! Runs whose handler is pending.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::stream::Stream;
use tokio::task::JoinHandle;

use crate::delivery::{Pick, Start};
use crate::outcome::Outcome;
use crate::record::Record;
use crate::runtime::pace::Pace;
use crate::runtime::run::Run;

/// A run that waits. It resolves with its outcomes, one for each pick.
pub(super) struct Parked {
    pub(super) start: Start,
    pub(super) picks: Vec<Pick<Record>>,
    outcomes: Vec<Outcome>,
    body: Body,
    pace: Arc<Pace>,
}

enum Body {
    /// Polled by the driver.
    Here(Run),
    /// Polled by the runtime.
    Spawned(JoinHandle<Vec<Outcome>>),
}

/// A parked run that has ended.
pub(super) struct Ended {
    pub(super) start: Start,
    pub(super) picks: Vec<Pick<Record>>,
    pub(super) outcomes: Vec<Outcome>,
    /// Of a run that was spawned: free for another.
    pub(super) pace: Option<Arc<Pace>>,
}

impl Parked {
    pub(super) fn here(start: Start, picks: Vec<Pick<Record>>, run: Run, pace: Arc<Pace>) -> Parked {
        Parked {
            start,
            picks,
            outcomes: Vec::new(),
            body: Body::Here(run),
            pace,
        }
    }

    pub(super) fn spawned(
        start: Start,
        picks: Vec<Pick<Record>>,
        task: JoinHandle<Vec<Outcome>>,
        pace: Arc<Pace>,
    ) -> Parked {
        Parked {
            start,
            picks,
            outcomes: Vec::new(),
            body: Body::Spawned(task),
            pace,
        }
    }
}

impl Future for Parked {
    type Output = Ended;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Ended> {
        let this = &mut *self;
        match &mut this.body {
            Body::Here(run) => {
                while let Some(pick) = this.picks.get(this.outcomes.len()) {
                    let poll = || Pin::new(&mut *run).poll_next(context);
                    match this.pace.during(&this.start, pick.record.offset(), poll) {
                        Poll::Ready(Some(outcome)) => this.outcomes.push(outcome),
                        Poll::Ready(None) => break,
                        Poll::Pending => return Poll::Pending,
                    }
                }
            }
            Body::Spawned(task) => match Pin::new(task).poll(context) {
                // A task that panicked or was aborted gives no outcomes; the driver makes failures of what lacks.
                Poll::Ready(joined) => this.outcomes = joined.unwrap_or_default(),
                Poll::Pending => return Poll::Pending,
            },
        }
        let spawned = matches!(this.body, Body::Spawned(_));
        Poll::Ready(Ended {
            start: this.start,
            picks: std::mem::take(&mut this.picks),
            outcomes: std::mem::take(&mut this.outcomes),
            pace: spawned.then(|| this.pace.clone()),
        })
    }
}

impl Drop for Parked {
    fn drop(&mut self) {
        if let Body::Spawned(task) = &self.body {
            task.abort();
        }
    }
}
