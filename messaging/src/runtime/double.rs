//! A subscription that does nothing and notes what it was asked to do. Its clones are one.

use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::broker::{BrokerError, Event, NotQueued, Outbound, Subscription};
use crate::delivery::{Slot, Watermark};

#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Whether its producer has no room.
    pub(super) full: bool,
    /// The values it was handed.
    pub(super) published: Vec<String>,
    pub(super) holds: Vec<(Slot, bool)>,
    /// How long its close was given.
    pub(super) closed_within: Option<Duration>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Double(Arc<Mutex<Notes>>);

impl Double {
    pub(super) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().expect("no test panics with it")
    }
}

impl Subscription for Double {
    fn poll_event(&mut self, _: &mut Context<'_>) -> Poll<Event> {
        Poll::Pending
    }

    fn hold(&mut self, slot: Slot, held: bool) {
        self.notes().holds.push((slot, held));
    }

    fn publish(&mut self, _: u64, message: Outbound<'_>) -> Result<(), NotQueued> {
        let mut notes = self.notes();
        if notes.full {
            return Err(NotQueued::Full);
        }
        let value = String::from_utf8_lossy(message.value.unwrap_or_default()).into_owned();
        notes.published.push(value);
        Ok(())
    }

    fn commit(&mut self, _: &[Watermark]) {}

    fn release(&mut self, _: Watermark) {}

    fn close(
        self: Box<Self>,
        _: Vec<Watermark>,
        deadline: Duration,
    ) -> BoxFuture<'static, Result<(), BrokerError>> {
        self.notes().closed_within = Some(deadline);
        Box::pin(async { Ok(()) })
    }
}
