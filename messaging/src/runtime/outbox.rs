//! Outputs and dead letters on their way to the producer, in the order of the core's commands.

use std::collections::VecDeque;
use std::sync::Arc;

use slab::Slab;

use crate::broker::{BrokerError, NotQueued, Outbound, Subscription};
use crate::delivery::{Epoch, Slot, Ticket};
use crate::outcome::Outgoing;

/// Whose receipt a token stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Output(Ticket),
    DeadLetter(Ticket),
}

impl Purpose {
    fn ticket(self) -> Ticket {
        match self {
            Purpose::Output(ticket) | Purpose::DeadLetter(ticket) => ticket,
        }
    }
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
        topic: &Arc<str>,
        message: Outgoing,
    ) -> Option<Answer> {
        if self.is_backed_up() {
            self.waiting.push_back((purpose, topic.clone(), message));
            return None;
        }
        match self.hand_over(subscription, purpose, topic, &message) {
            Ok(()) => None,
            Err(NotQueued::Refused(error)) => Some((purpose, Err(Arc::new(error)))),
            Err(NotQueued::Full) => {
                self.waiting.push_back((purpose, topic.clone(), message));
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

    /// Drops what waits for a partition in this assignment: whoever has it next publishes it again.
    pub(super) fn cancel(&mut self, slot: Slot, epoch: Epoch) {
        self.waiting.retain(|(purpose, ..)| {
            let ticket = purpose.ticket();
            (ticket.slot, ticket.epoch) != (slot, epoch)
        });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Headers;
    use crate::runtime::double::Double;

    fn send(outbox: &mut Outbox, producer: &mut Double, slot: Slot, epoch: Epoch) {
        let ticket = Ticket { slot, epoch, seq: 0 };
        let message = Outgoing {
            topic: None,
            key: None,
            keyed: true,
            value: Some(format!("{slot}.{epoch}").into()),
            headers: Headers::new(),
        };
        for purpose in [Purpose::Output(ticket), Purpose::DeadLetter(ticket)] {
            assert!(
                outbox
                    .send(producer, purpose, &"out".into(), message.clone())
                    .is_none()
            );
        }
    }

    #[test]
    fn what_waits_goes_in_order_once_there_is_room() {
        let (mut outbox, mut producer) = (Outbox::default(), Double::default());
        producer.notes().full = true;
        send(&mut outbox, &mut producer, 0, 1);
        producer.notes().full = false;
        send(&mut outbox, &mut producer, 1, 1);
        assert!(producer.notes().published.is_empty(), "nothing overtakes");
        assert!(outbox.retry(&mut producer).is_empty());
        assert_eq!(producer.notes().published, ["0.1", "0.1", "1.1", "1.1"]);
        assert!(!outbox.is_backed_up());
    }

    #[test]
    fn what_waits_for_an_assignment_that_is_over_is_never_sent() {
        let (mut outbox, mut producer) = (Outbox::default(), Double::default());
        producer.notes().full = true;
        for (slot, epoch) in [(0, 1), (1, 2), (0, 3)] {
            send(&mut outbox, &mut producer, slot, epoch);
        }
        outbox.cancel(0, 1);
        producer.notes().full = false;
        assert!(outbox.retry(&mut producer).is_empty());
        assert_eq!(producer.notes().published, ["1.2", "1.2", "0.3", "0.3"]);
    }
}
