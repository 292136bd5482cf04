//! What waits for a hook of a worker, and goes on when it has ended.

use std::sync::Arc;
use std::task::{Context, Poll};

use super::Driver;
use crate::broker::BrokerError;
use crate::delivery::policy::OnExhausted;
use crate::delivery::{GivenUp, Ticket};
use crate::runtime::clock;
use crate::runtime::hooks::After;
use crate::runtime::unit::Cargo;

impl Driver {
    /// A receipt of an output. The last one of a record is told to the core once `on_success` has ended.
    pub(super) fn published(&mut self, ticket: Ticket, result: Result<(), Arc<BrokerError>>) {
        if self.hooks.await_receipts() {
            let worker = self.worker_of(ticket.slot);
            if result.is_err() {
                self.hooks.refused(ticket);
            } else if self.hooks.acknowledged(ticket, worker, &self.units[worker]) {
                return;
            }
        }
        let result = result.map_err(|error| error as Arc<dyn std::error::Error + Send + Sync>);
        self.core.published(ticket, result);
    }

    /// A record was given up, and its worker goes on.
    pub(super) fn given_up(&mut self, ticket: Ticket, given_up: GivenUp<Cargo>) {
        let unit = self.units[given_up.worker].clone();
        if unit.hears_errors() {
            self.hooks.given_up(&unit, After::GivenUp(ticket, given_up));
        } else {
            self.settle_given_up(ticket, &given_up);
        }
    }

    /// A record was given up, and its worker stops the program.
    pub(super) fn fail(&mut self, given_up: GivenUp<Cargo>) {
        let unit = self.units[given_up.worker].clone();
        if unit.hears_errors() {
            self.hooks.given_up(&unit, After::Stopped(given_up));
        } else {
            self.stopped(&given_up);
        }
    }

    fn settle_given_up(&mut self, ticket: Ticket, given_up: &GivenUp<Cargo>) {
        if self.units[given_up.worker].on_exhausted == OnExhausted::Skip {
            self.skipped(given_up);
            // To the core, a skip that waits for a hook is a dead letter; it is written nowhere.
            self.core.dead_lettered(ticket, true);
        } else {
            self.dead_letter(ticket, given_up);
        }
    }

    /// A hook has ended, well or not.
    pub(super) fn hook_ended(&mut self, worker: usize, after: After) {
        let unit = self.units[worker].clone();
        self.hooks.ended(worker, &unit);
        match after {
            After::Acknowledged(ticket) => self.core.published(ticket, Ok(())),
            After::GivenUp(ticket, given_up) => self.settle_given_up(ticket, &given_up),
            After::Stopped(given_up) => self.stopped(&given_up),
        }
    }

    /// Takes all hooks that have ended by now.
    pub(super) fn take_ended_hooks(&mut self) {
        let mut context = Context::from_waker(std::task::Waker::noop());
        while self.hooks.are_called()
            && let Poll::Ready((worker, after)) = self.hooks.poll_ended(&mut context)
        {
            self.hook_ended(worker, after);
        }
    }

    /// Whether the end must wait for the hook of a record at which its worker stops: nothing else knows of it. All
    /// other hooks hold up the core's own end.
    pub(super) fn end_waits_for_hooks(&mut self) -> bool {
        let in_time = self.drain_by.is_some_and(|end| clock::now() < end);
        if self.hooks.are_called() && in_time {
            return true;
        }
        for after in self.hooks.cut_off() {
            if let After::Stopped(given_up) = after {
                self.stopped(&given_up);
            }
        }
        false
    }
}
