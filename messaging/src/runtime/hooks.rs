//! The calls of `on_error` and `on_success`, and what each holds up until it has ended.
//!
//! A hook stands between the core and the broker: the core is told that an output was acknowledged once `on_success`
//! has ended, and a dead letter is written once `on_error` has. So a record is done after its hook, a drain and a
//! revoke wait for it as they wait for a receipt, and no lane does.

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::unit::{Cargo, Unit};
use crate::BoxError;
use crate::caught::caught;
use crate::delivery::{Epoch, GivenUp, Slot, Ticket};
use crate::handler::Guarded;
use crate::message::Delivery;
use crate::outcome::{in_brief, in_words};
use crate::record::Record;
use crate::worker::LastFailure;

/// How long a hook of a worker without a `timeout` may take.
const LONGEST: Duration = Duration::from_secs(30);

/// What goes on once a hook has ended, however it did.
#[derive(Debug)]
pub(super) enum After {
    /// The last of a record's outputs was acknowledged.
    Acknowledged(Ticket),
    /// A record was given up, and its worker goes on.
    GivenUp(Ticket, GivenUp<Cargo>),
    /// A record was given up, and its worker stops the program.
    Stopped(GivenUp<Cargo>),
}

impl After {
    /// Whether it is of this assignment. That the program stops outlives it.
    fn is_of(&self, slot: Slot, epoch: Epoch) -> bool {
        match self {
            After::Acknowledged(ticket) | After::GivenUp(ticket, _) => {
                (ticket.slot, ticket.epoch) == (slot, epoch)
            }
            After::Stopped(_) => false,
        }
    }

    fn given_up(&self) -> Option<&GivenUp<Cargo>> {
        match self {
            After::Acknowledged(_) => None,
            After::GivenUp(_, given_up) | After::Stopped(given_up) => Some(given_up),
        }
    }
}

/// A hook to call.
#[derive(Debug)]
struct Call {
    delivery: Delivery,
    after: After,
}

/// A record whose outputs are on their way.
#[derive(Debug)]
struct Awaited {
    delivery: Delivery,
    left: usize,
}

/// The hooks of one driver.
#[derive(Default)]
pub(super) struct Calls {
    awaited: BTreeMap<Ticket, Awaited>,
    /// Of each worker: how many are called now, and those behind them, for no more than `concurrency` are at a time.
    queues: BTreeMap<usize, (usize, VecDeque<Call>)>,
    called: FuturesUnordered<Called>,
}

impl Calls {
    /// A record has so many outputs; its hook comes when all are acknowledged.
    pub(super) fn await_outputs(&mut self, ticket: Ticket, record: &Record, attempt: u32, outputs: usize) {
        let delivery = Delivery::new(record.clone(), attempt);
        let left = outputs.max(1);
        self.awaited.insert(ticket, Awaited { delivery, left });
    }

    /// Whether any record waits for its outputs; mostly no worker has such a hook.
    pub(super) fn await_receipts(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// An output was acknowledged. Says whether it is the last of a record whose hook is called now.
    pub(super) fn acknowledged(&mut self, ticket: Ticket, worker: usize, unit: &Unit) -> bool {
        let Some(awaited) = self.awaited.get_mut(&ticket) else {
            return false;
        };
        awaited.left -= 1;
        if awaited.left > 0 {
            return false;
        }
        if let Some(Awaited { delivery, .. }) = self.awaited.remove(&ticket) {
            let after = After::Acknowledged(ticket);
            self.call(worker, unit, Call { delivery, after });
        }
        true
    }

    /// An output was refused.
    pub(super) fn refused(&mut self, ticket: Ticket) {
        self.awaited.remove(&ticket);
    }

    /// A record was given up.
    pub(super) fn given_up(&mut self, unit: &Unit, after: After) {
        let Some(given_up) = after.given_up() else { return };
        let (worker, attempts) = (given_up.worker, given_up.attempts);
        let delivery = Delivery::new(given_up.record.clone(), attempts);
        self.call(worker, unit, Call { delivery, after });
    }

    fn call(&mut self, worker: usize, unit: &Unit, call: Call) {
        let (_, waiting) = self.queues.entry(worker).or_default();
        waiting.push_back(call);
        self.call_waiting(worker, unit);
    }

    fn call_waiting(&mut self, worker: usize, unit: &Unit) {
        let (running, waiting) = self.queues.entry(worker).or_default();
        while *running < unit.rules.concurrency {
            let Some(call) = waiting.pop_front() else { return };
            *running += 1;
            self.called.push(Called::new(worker, unit, call));
        }
    }

    /// A hook of this worker has ended: the next may be called.
    pub(super) fn ended(&mut self, worker: usize, unit: &Unit) {
        let (running, _) = self.queues.entry(worker).or_default();
        *running = running.saturating_sub(1);
        self.call_waiting(worker, unit);
    }

    /// Drops what belongs to an assignment that is over: whoever has the partition next does all of it again. Others
    /// are called in its place.
    pub(super) fn cancel(&mut self, slot: Slot, epoch: Epoch, units: &[Arc<Unit>]) {
        self.awaited
            .retain(|ticket, _| (ticket.slot, ticket.epoch) != (slot, epoch));
        for (_, waiting) in self.queues.values_mut() {
            waiting.retain(|call| !call.after.is_of(slot, epoch));
        }
        for called in std::mem::take(&mut self.called) {
            if !called.is_of(slot, epoch) {
                self.called.push(called);
            } else if let Some((running, _)) = self.queues.get_mut(&called.worker) {
                *running = running.saturating_sub(1);
            }
        }
        for (worker, unit) in units.iter().enumerate() {
            if self.queues.contains_key(&worker) {
                self.call_waiting(worker, unit);
            }
        }
    }

    /// The next that has ended; pending for ever when there is none.
    pub(super) fn poll_ended(&mut self, context: &mut Context<'_>) -> Poll<(usize, After)> {
        match self.called.poll_next_unpin(context) {
            Poll::Ready(Some(ended)) => Poll::Ready(ended),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    /// Whether any is called now.
    pub(super) fn are_called(&self) -> bool {
        !self.called.is_empty()
    }

    /// Drops all of them, and gives what would have followed.
    pub(super) fn cut_off(&mut self) -> Vec<After> {
        let called = std::mem::take(&mut self.called);
        let waiting = std::mem::take(&mut self.queues).into_values();
        let waiting = waiting.flat_map(|(_, waiting)| waiting).map(|call| call.after);
        let called = called.into_iter().filter_map(|mut called| called.after.take());
        called.chain(waiting).collect()
    }
}

/// The user's code, with its bound in time.
type Hook = Guarded<BoxFuture<'static, Result<(), BoxError>>>;

/// A hook that was called. A failure in it is logged and changes nothing.
struct Called {
    worker: usize,
    what: &'static str,
    unit: Arc<str>,
    delivery: Delivery,
    /// `None` once it has ended.
    after: Option<After>,
    call: Option<Pin<Box<Hook>>>,
}

impl Called {
    fn new(worker: usize, unit: &Unit, call: Call) -> Called {
        let Call { delivery, after } = call;
        let failure = after.given_up().map(|given_up| {
            let text = in_brief(given_up.cause.as_ref());
            LastFailure::new(given_up.reason, text)
        });
        let what = if failure.is_some() {
            "on_error"
        } else {
            "on_success"
        };
        let hook = unit.hooks.as_ref().map(|hooks| match failure {
            Some(failure) => hooks.on_error(delivery.clone(), failure),
            None => hooks.on_success(delivery.clone()),
        });
        let limit = unit.timeout.unwrap_or(LONGEST);
        Called {
            worker,
            what,
            unit: unit.name.as_str().into(),
            delivery,
            after: Some(after),
            call: hook.map(|hook| Box::pin(Guarded::new(hook, Some(limit)))),
        }
    }

    fn is_of(&self, slot: Slot, epoch: Epoch) -> bool {
        self.after.as_ref().is_some_and(|after| after.is_of(slot, epoch))
    }

    fn log(&self, error: &str) {
        tracing::error!(worker = %self.unit, topic = %self.delivery.topic(), partition = self.delivery.partition(),
            offset = self.delivery.offset(), hook = self.what, error, "a hook failed; that changes nothing for its record");
    }

    /// Drops the user's future, whose destructors may panic.
    fn let_go(&mut self) {
        let call = self.call.take();
        if let Err(panic) = caught(|| drop(call)) {
            self.log(&format!("it panicked in a destructor: {panic}"));
        }
    }
}

impl Future for Called {
    type Output = (usize, After);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<(usize, After)> {
        let failed = match self.call.as_mut().map(|call| call.as_mut().poll(context)) {
            Some(Poll::Pending) => return Poll::Pending,
            Some(Poll::Ready(Ok(Ok(())))) | None => None,
            Some(Poll::Ready(Ok(Err(error)))) => Some(in_words(error)),
            Some(Poll::Ready(Err(failure))) => Some(in_words(failure.error)),
        };
        if let Some(error) = failed {
            self.log(&error);
        }
        self.let_go();
        match self.after.take() {
            Some(after) => Poll::Ready((self.worker, after)),
            None => Poll::Pending,
        }
    }
}

impl Drop for Called {
    fn drop(&mut self) {
        self.let_go();
    }
}
