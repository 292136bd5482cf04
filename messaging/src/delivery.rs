//! The delivery core: which record starts when, what is tried again, what may be committed.
//!
//! It is pure: no I/O, no clock, no tasks, no broker types. A shell (see `runtime`) feeds it events, pulls starts with
//! [`Core::next`] and carries out [`Command`]s; time and chance come in as arguments. One owner per subscription.
//!
//! A record goes queued → running → publishing → done. Only the *watermark*, the first offset not done, is ever
//! committed. Every ticket carries the epoch of its assignment; what a stale epoch says changes nothing.
//!
//! | file | what it decides |
//! |---|---|
//! | `policy` | order, retry delays, what happens to a record that is given up |
//! | `entry` | one record, and where it stands |
//! | `tracker` | one partition: its records, its watermark |
//! | `lanes` | which records must wait for which |
//! | `intake` | what is taken in, within the bounds |
//! | `start` | what starts next |
//! | `batch` | when a batch is full, or has waited long enough |
//! | `finish` | what an outcome, a receipt or a retry timer changes |
//! | `give_up` | what happens to a record that failed for good |
//! | `commit` | when which watermarks are committed |
//! | `release` | revoked, lost, drained |
//! | `transaction` | exactly once by staging |

use std::fmt;
use std::time::Duration;

use crate::outcome::Reason;

mod batch;
mod commit;
mod core;
mod entry;
mod finish;
mod give_up;
mod intake;
mod lanes;
pub mod policy;
mod release;
mod start;
mod tracker;
mod transaction;

pub use self::core::Core;
use policy::{OnExhausted, Order, RetryPolicy};

/// What the shell hangs on records; the core carries it and never looks inside.
pub trait Freight: Clone + fmt::Debug {
    /// A handle to a record's bytes.
    type Record: Clone + fmt::Debug;
    /// What a record's handler wants published.
    type Outputs: Stage;
    /// Why a record failed.
    type Cause: Clone + fmt::Debug;

    /// The handle of a record that is going to stay for long: where handles share memory, one that shares none.
    fn detached(record: &Self::Record) -> Self::Record {
        record.clone()
    }
}

/// Outputs as the core sees them: a count and a size.
pub trait Stage: Clone + fmt::Debug {
    /// How many messages.
    fn count(&self) -> u32;
    /// How many bytes they take.
    fn bytes(&self) -> usize;
}

/// A partition of a subscription, numbered densely by the broker's adapter; a number may be used again after release.
pub type Slot = u16;

/// The number of an assignment: a partition that comes back has another.
pub type Epoch = u32;

/// Names one record of one assignment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket {
    /// The partition.
    pub slot: Slot,
    /// The assignment.
    pub epoch: Epoch,
    /// The record's number in it: dense, unlike offsets.
    pub seq: u64,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}#{}", self.slot, self.epoch, self.seq)
    }
}

/// A record offered to the core.
#[derive(Clone, Debug)]
pub struct Offer<R> {
    /// Its offset.
    pub offset: i64,
    /// The hash of its key; `None` for a null key. Two keys of one hash are only ordered too much.
    pub key: Option<u64>,
    /// The bytes it takes.
    pub bytes: u32,
    /// The shell's handle.
    pub record: R,
}

/// What a worker's records are subject to.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How many runs at a time, from 1.
    pub concurrency: usize,
    /// What must stay in order.
    pub order: Order,
    /// When a failed record is tried again.
    pub retry: RetryPolicy,
    /// What happens to a record that is given up.
    pub on_exhausted: OnExhausted,
    /// For handlers of batches: their size and how long they wait to fill.
    pub batch: Option<(usize, Duration)>,
    /// The most records queued or started; those that wait for the broker only count by their bytes.
    pub max_in_flight: usize,
    /// Records are taken in while those in hand, which are started, queued or wait for the broker, have fewer bytes.
    pub max_bytes: usize,
    /// The most records done behind an unfinished one, per partition.
    pub max_ahead: usize,
}

/// How finished work reaches the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Watermarks.
    Offsets,
    /// Each record by itself.
    Acks,
    /// Outputs, dead letters and watermarks in one transaction.
    Transactions,
}

/// A run to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// The worker whose handler takes it.
    pub worker: usize,
    /// The partition its records are of.
    pub slot: Slot,
    /// Its assignment.
    pub epoch: Epoch,
}

/// One record of a run.
#[derive(Clone, Debug)]
pub struct Pick<R> {
    /// Its name.
    pub ticket: Ticket,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// The shell's handle.
    pub record: R,
}

/// What became of one try.
#[derive(Clone, Debug)]
pub enum Finish<F: Freight> {
    /// It succeeded; these are to be published.
    Done(F::Outputs),
    /// It counts as done and publishes nothing.
    Skip,
    /// It failed; try again while tries are left, after this delay or the policy's.
    Retry(Option<Duration>, Reason, F::Cause),
    /// It failed for good.
    GiveUp(Reason, F::Cause),
}

/// What becomes of a record after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It is done, or will be when its outputs are acknowledged.
    Handled,
    /// It is tried again after this delay.
    Retried(Duration),
    /// It is tried again when an earlier record of its lane has been, which failed in the same batch.
    RetriedBehind,
    /// It was given up; a command says what happens to it.
    GivenUp,
    /// It stays unfinished in this assignment: whoever has the partition next handles it again.
    Left,
}

/// Names a timer.
pub type TimerId = u64;

/// What the shell has to do; the starts come from [`Core::next`].
#[derive(Clone, Debug)]
pub enum Command<F: Freight> {
    /// Hand these to the producer, in the order of the commands, and say [`Core::published`] for each message.
    Publish(Ticket, F::Outputs),
    /// Write the record to the dead letter topic, in the order of the commands, and say [`Core::dead_lettered`].
    DeadLetter(Ticket, GivenUp<F>),
    /// Write a dead letter that the broker refused once more.
    DeadLetterAgain(Ticket, GivenUp<F>),
    /// The record was given up and counts as done: log it.
    Skipped(Ticket, GivenUp<F>),
    /// The record was given up and its worker stops: drain the program. Nothing of its partition starts any more.
    Fail(Ticket, GivenUp<F>),
    /// Say [`Core::timer_fired`] after this delay.
    SetTimer(TimerId, Duration),
    /// Stop fetching from this partition.
    Pause(Slot),
    /// Fetch from it again.
    Resume(Slot),
    /// Commit these and say [`Core::commit_done`] or [`Core::commit_failed`].
    Commit(Vec<Watermark>),
    /// Acknowledge these records and say [`Core::commit_done`] or [`Core::commit_failed`]; when a partition goes, a
    /// second request may come before the first is answered, and the answers are given in the order of the requests.
    Ack(Vec<F::Record>),
    /// These did not finish in the time that was left to them: log it. Their partition is cancelled next.
    CutOff(CutOff),
    /// Drop what runs for this partition; nothing it says later counts.
    Cancel(Slot, Epoch),
    /// Commit this watermark at once, if any, and give the partition back.
    ReleasePartition(Watermark),
    /// Begin a transaction; what is published until its end is part of it.
    BeginTxn(TxnId),
    /// Commit it with these watermarks and say [`Core::txn_committed`] or [`Core::txn_failed`].
    EndTxn(TxnId, Vec<Watermark>),
    /// Abort it and say [`Core::txn_failed`].
    AbortTxn(TxnId),
    /// Nothing runs any more. Commit these at once and leave.
    Drained(Vec<Watermark>),
}

/// Names a transaction.
pub type TxnId = u64;

/// How far a partition is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// The partition.
    pub slot: Slot,
    /// Its assignment.
    pub epoch: Epoch,
    /// The first offset that is not done; `None`: nothing to commit.
    pub offset: Option<i64>,
}

/// The records of a partition that a handler or the broker still had when their time was over. Whoever has the
/// partition next handles them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutOff {
    /// Their partition.
    pub slot: Slot,
    /// The offset of the first of them.
    pub offset: i64,
    /// How many there are.
    pub records: usize,
}

/// A record that was given up.
#[derive(Clone, Debug)]
pub struct GivenUp<F: Freight> {
    /// The worker that gave it up.
    pub worker: usize,
    /// The shell's handle.
    pub record: F::Record,
    /// The kind of the last failure.
    pub reason: Reason,
    /// The last failure.
    pub cause: F::Cause,
    /// How often its handler was called.
    pub attempts: u32,
}

#[cfg(test)]
mod tests;
