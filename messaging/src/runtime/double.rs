//! A subscription that does nothing and notes what it was asked to do.

use std::task::{Context, Poll};

use futures_util::future::BoxFuture;

use crate::broker::{BrokerError, Event, NotQueued, Outbound, Subscription};
use crate::delivery::{Slot, Watermark};

#[derive(Debug, Default)]
pub(super) struct Double {
    pub(super) holds: Vec<(Slot, bool)>,
}

impl Subscription for Double {
    fn poll_event(&mut self, _: &mut Context<'_>) -> Poll<Event> {
        Poll::Pending
    }

    fn hold(&mut self, slot: Slot, held: bool) {
        self.holds.push((slot, held));
    }

    fn publish(&mut self, _: u64, _: Outbound<'_>) -> Result<(), NotQueued> {
        Ok(())
    }

    fn commit(&mut self, _: &[Watermark]) {}

    fn release(&mut self, _: Watermark) {}

    fn close(self: Box<Self>, _: Vec<Watermark>) -> BoxFuture<'static, Result<(), BrokerError>> {
        Box::pin(async { Ok(()) })
    }
}
