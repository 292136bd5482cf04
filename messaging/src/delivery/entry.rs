//! One record, and where it stands.

use super::{Freight, GivenUp, TimerId};

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Not looked at yet.
    Queued,
    /// Behind its lane.
    Waiting,
    /// First of its lane, which it holds; may start.
    Unlocked,
    /// Taken for the next batch.
    Gathered,
    /// Handed out by `next`, in its first poll.
    Open,
    /// Its handler is pending.
    Running,
    /// Waits for its retry; holds its lane.
    Backoff(TimerId),
    /// Its outputs are on their way.
    Publishing,
    /// Its dead letter is on its way.
    DeadLettering,
    /// Its dead letter was refused; waits to be written again.
    Refused(TimerId),
    /// Waits to be part of a transaction.
    Staged,
    /// Never to be done in this assignment: its worker stopped, or the partition goes.
    Abandoned,
    /// Settled.
    Done,
}

impl State {
    /// Waits for its turn: no handler has it, nothing of it is on its way.
    pub(super) fn is_idle(self) -> bool {
        use State::{Backoff, Gathered, Queued, Refused, Unlocked, Waiting};
        matches!(
            self,
            Queued | Waiting | Unlocked | Gathered | Backoff(_) | Refused(_)
        )
    }

    /// With its handler, or on its way to the broker.
    pub(super) fn is_busy(self) -> bool {
        use State::{DeadLettering, Open, Publishing, Running};
        matches!(self, Open | Running | Publishing | DeadLettering)
    }

    /// Its handler is done with it; the broker is not.
    pub(super) fn is_handed_on(self) -> bool {
        use State::{DeadLettering, Publishing, Refused, Staged};
        matches!(self, Publishing | DeadLettering | Refused(_) | Staged)
    }

    /// Its dead letter was refused.
    pub(super) fn is_refused(self) -> bool {
        matches!(self, State::Refused(_))
    }

    /// Nothing is left to do for it in this assignment.
    pub(super) fn is_over(self) -> bool {
        matches!(self, State::Abandoned | State::Done)
    }
}

/// What a transaction will write for a record.
#[derive(Clone, Debug)]
pub(super) enum Staged<F: Freight> {
    Outputs(F::Outputs),
    DeadLetter {
        given_up: GivenUp<F>,
        /// How often the broker refused it.
        refusals: u32,
    },
    Nothing,
}

impl<F: Freight> Staged<F> {
    /// A dead letter that was not written yet.
    pub(super) fn dead_letter(given_up: GivenUp<F>) -> Staged<F> {
        Staged::DeadLetter {
            given_up,
            refusals: 0,
        }
    }
}

#[derive(Debug)]
pub(super) struct Entry<F: Freight> {
    pub(super) offset: i64,
    pub(super) lane: Option<u64>,
    pub(super) bytes: u32,
    /// How often its handler was called.
    pub(super) attempts: u32,
    pub(super) state: State,
    pub(super) holds_lane: bool,
    /// Outputs not acknowledged yet.
    pub(super) unacknowledged: u32,
    /// Gone once the record is done, so that its bytes can go.
    pub(super) record: Option<F::Record>,
    /// Kept while a dead letter may have to be written again, or a transaction is to come.
    pub(super) staged: Option<Box<Staged<F>>>,
}
