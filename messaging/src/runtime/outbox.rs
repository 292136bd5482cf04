//! Outputs and dead letters on their way to the producer, in the order of the core's commands.

use std::collections::VecDeque;
use std::sync::Arc;

use slab::Slab;

use crate::broker::{BrokerError, NotQueued, Outbound, Subscription};
use crate::delivery::Ticket;
use crate::outcome::Outgoing;

/// Whose receipt a token stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Output(Ticket),
    DeadLetter(Ticket),
}

/// A receipt, or the refusal of a message.
pub(super) type Answer = (Purpose, Result<(), Arc<BrokerError>>);

/// Messages that the producer had no room for, and what the receipts on their way stand for.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<(Purpose, Arc<str>, Outgoing)>,
    tokens: Slab<Purpose>,
}

impl Outbox {
    /// Whether the producer is full: nothing more should start.
    pub(super) fn is_backed_up(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Hands a message over, behind those that wait. An answer comes back at once only for a refusal.
    pub(super) fn send(
        &mut self,
        subscription: &mut dyn Subscription,
        purpose: Purpose,
        topic: Arc<str>,
        message: Outgoing,
    ) -> Option<Answer> {
        if self.is_backed_up() {
            self.waiting.push_back((purpose, topic, message));
            return None;
        }
        match self.hand_over(subscription, purpose, &topic, &message) {
            Ok(()) => None,
            Err(NotQueued::Refused(error)) => Some((purpose, Err(Arc::new(error)))),
            Err(NotQueued::Full) => {
                self.waiting.push_back((purpose, topic, message));
                None
            }
        }
    }

    /// Tries again with what waits, in order.
    pub(super) fn retry(&mut self, subscription: &mut dyn Subscription) -> Vec<Answer> {
        let mut refused = Vec::new();
        while let Some((purpose, topic, message)) = self.waiting.pop_front() {
            match self.hand_over(subscription, purpose, &topic, &message) {
                Ok(()) => {}
                Err(NotQueued::Refused(error)) => refused.push((purpose, Err(Arc::new(error)))),
                Err(NotQueued::Full) => {
                    self.waiting.push_front((purpose, topic, message));
                    break;
                }
            }
        }
        refused
    }

    /// What a receipt stands for.
    pub(super) fn answered(&mut self, token: u64) -> Option<Purpose> {
        self.tokens.try_remove(token as usize)
    }

    fn hand_over(
        &mut self,
        subscription: &mut dyn Subscription,
        purpose: Purpose,
        topic: &str,
        message: &Outgoing,
    ) -> Result<(), NotQueued> {
        let token = self.tokens.insert(purpose);
        let outbound = Outbound::new(
            topic,
            message.key.as_ref(),
            message.value.as_ref(),
            &message.headers,
        );
        let result = subscription.publish(token as u64, outbound);
        if result.is_err() {
            self.tokens.remove(token);
        }
        result
    }
}
