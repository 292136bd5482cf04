//! What the broker tells.

use std::sync::Arc;
use std::task::{Context, Poll};

use super::{Driver, Notice};
use crate::broker::{BrokerError, Event, TopicPartition};
use crate::delivery::{Epoch, Slot};
use crate::outcome::describe;
use crate::runtime::inbox::Inbox;
use crate::runtime::observer::Observation;
use crate::runtime::outbox::{Answer, Purpose};

/// How many broker events are taken before runs are started again.
const EVENTS_A_TURN: usize = 2048;

impl Driver {
    /// Takes an event and all that follow without waiting.
    pub(super) fn take_events(&mut self, first: Event) {
        self.take_event(first);
        let mut context = Context::from_waker(std::task::Waker::noop());
        for _ in 0..EVENTS_A_TURN {
            let Poll::Ready(event) = self.subscription.poll_event(&mut context) else {
                return;
            };
            self.take_event(event);
        }
    }

    pub(super) fn take_event(&mut self, event: Event) {
        match event {
            Event::Polled(slot, epoch, batch) => {
                if let Some(inbox) = self.inboxes.get_mut(slot as usize).and_then(Option::as_mut) {
                    inbox.push(epoch, batch);
                    inbox.hold_or_go_on(slot, &mut *self.subscription);
                }
            }
            Event::Published(answers) => {
                let absent = !self.absent.is_empty();
                for (token, result) in answers {
                    if let Some(purpose) = self.outbox.answered(token) {
                        if absent && result.is_ok() {
                            self.found_output_of(purpose);
                        }
                        self.answered((purpose, result));
                    }
                }
            }
            Event::Committed(result) => self.committed(result),
            Event::Assigned(partitions) => self.assigned(partitions),
            Event::Revoked(slots) => self.revoked(&slots),
            Event::Lost(slots) => self.lost(&slots),
            Event::Trouble(error) if self.was_told(&error) => {
                tracing::debug!(group = %self.group, error = %error, "the start has said so already");
            }
            Event::Trouble(error) => {
                tracing::warn!(group = %self.group, error = %describe(&error), "the subscription has trouble; it goes on by itself");
            }
            Event::Failed(error) => self.notify(Notice::Failed(error)),
        }
    }

    /// Whether it is no more than the start has said already: each absent topic is told once.
    pub(super) fn was_told(&mut self, trouble: &BrokerError) -> bool {
        matches!(trouble, BrokerError::UnknownTopic { topic } if self.absent.remove(topic))
    }

    /// The topic was made before the client missed it: once it is missed, that is new.
    fn found_output_of(&mut self, purpose: Purpose) {
        if let Purpose::Output(ticket) = purpose
            && let Some(topic) = &self.units[self.worker_of(ticket.slot)].output_topic
        {
            self.absent.remove(&**topic);
        }
    }

    pub(super) fn assigned(&mut self, partitions: Vec<(Slot, Epoch, TopicPartition)>) {
        for (slot, epoch, partition) in partitions {
            let Some(&worker) = self.routes.get(&*partition.topic) else {
                continue;
            };
            self.absent.remove(&*partition.topic);
            if let Some(topic) = self.awaited.take(&*partition.topic) {
                self.notify(Notice::TakenUp(topic));
            }
            tracing::info!(group = %self.group, topic = %partition.topic, partition = partition.partition, "partition assigned");
            self.observe(&Observation::Assigned {
                group: &self.group,
                partition: &partition,
            });
            if self.inboxes.len() <= slot as usize {
                self.inboxes.resize_with(slot as usize + 1, || None);
            }
            self.core.assigned(slot, worker, epoch);
            self.names.assigned(slot, &partition);
            let inbox = Inbox::new(partition, epoch, worker);
            if let Some(old) = self.inboxes[slot as usize].replace(inbox) {
                self.turns[old.worker].leave(slot);
            }
            self.turns[worker].join(slot);
        }
        self.notify(Notice::Ready);
    }

    pub(super) fn revoked(&mut self, slots: &[Slot]) {
        self.close_inboxes(slots, false);
        self.core.revoked(slots, self.revoke_deadline);
    }

    pub(super) fn lost(&mut self, slots: &[Slot]) {
        self.close_inboxes(slots, true);
        self.core.lost(slots);
    }

    pub(super) fn close_inboxes(&mut self, slots: &[Slot], lost: bool) {
        for &slot in slots {
            let Some(inbox) = self.inboxes.get_mut(slot as usize).and_then(Option::as_mut) else {
                continue;
            };
            inbox.close();
            self.turns[inbox.worker].leave(slot);
            let partition = inbox.partition.clone();
            tracing::info!(group = %self.group, topic = %partition.topic, partition = partition.partition, lost, "partition revoked");
            self.observe(&Observation::Revoked {
                group: &self.group,
                partition: &partition,
                lost,
            });
        }
    }

    pub(super) fn answered(&mut self, (purpose, result): Answer) {
        match purpose {
            Purpose::Output(ticket) => self.published(ticket, result),
            Purpose::DeadLetter(ticket) => {
                if let Err(error) = &result {
                    tracing::error!(group = %self.group, error = %describe(error.as_ref()), "a dead letter was refused; its record stays unfinished, and it is written again, later each time");
                }
                self.core.dead_lettered(ticket, result.is_ok());
            }
        }
    }

    pub(super) fn committed(&mut self, result: Result<(), Arc<BrokerError>>) {
        match result {
            Ok(()) => self.core.commit_done(),
            Err(error) => {
                self.log_refused_commit(&error);
                self.core.commit_failed();
            }
        }
    }

    fn log_refused_commit(&self, error: &BrokerError) {
        const WHAT: &str = "a commit was refused; it is tried again";
        let (group, why) = (&*self.group, describe(error));
        // Each rebalance may refuse one; nothing is wrong.
        if matches!(error, BrokerError::Rebalancing { .. }) {
            tracing::debug!(group, error = %why, "{WHAT}");
        } else {
            tracing::warn!(group, error = %why, "{WHAT}");
        }
    }
}
