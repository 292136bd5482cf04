//! A member of a group: the subscription of one driver.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::MemoryBroker;
use super::group::MemberId;
use super::unsent::Unsent;
use crate::broker::{BrokerError, Event, NotQueued, Outbound, Subscribe, Subscription};
use crate::delivery::{Slot, Watermark};

pub(super) struct Member {
    broker: MemoryBroker,
    group: String,
    id: MemberId,
    max_poll_records: usize,
    held: BTreeSet<Slot>,
    /// Which partition is read next, so that each has its turn.
    turn: usize,
    unsent: Unsent,
}

impl Member {
    pub(super) fn new(broker: MemoryBroker, request: &Subscribe, id: MemberId) -> Member {
        let (group, max_poll_records) = (request.group.clone(), request.max_poll_records);
        Member {
            broker,
            group,
            id,
            max_poll_records,
            held: BTreeSet::new(),
            turn: 0,
            unsent: Unsent::default(),
        }
    }

    fn wake_by(&self, context: &Context<'_>) {
        let mut shared = self.broker.lock();
        let group = shared.groups.get_mut(&self.group);
        if let Some(member) = group.and_then(|group| group.member(self.id)) {
            member.waker = Some(context.waker().clone());
        }
    }

    fn next_event(&mut self) -> Option<Event> {
        let mut shared = self.broker.lock();
        let shared = &mut *shared;
        if let Some((token, result)) = self.unsent.send_one(shared) {
            return Some(Event::Published(vec![(token, result.map_err(Arc::new))]));
        }
        let group = shared.groups.get_mut(&self.group)?;
        let member = group.member(self.id)?;
        if let Some(event) = member.events.pop_front() {
            if let Event::Assigned(partitions) = &event {
                // A hold belongs to one assignment.
                for (slot, ..) in partitions {
                    self.held.remove(slot);
                }
            }
            return Some(event);
        }
        let slots = member.slots.len();
        for step in 0..slots {
            let at = (self.turn + step) % slots;
            let slot = at as Slot;
            if self.held.contains(&slot) {
                continue;
            }
            let Some((topic, partition)) = group.member(self.id).and_then(|m| m.slots.get(at).cloned())
            else {
                continue;
            };
            let Some((epoch, position)) = group.position(self.id, slot) else {
                continue;
            };
            let Some(log) = shared.topics.get(&topic) else {
                continue;
            };
            let topic: Arc<str> = Arc::from(topic.as_str());
            if let Some(batch) = log.read(&topic, partition, *position, self.max_poll_records) {
                *position += batch.len() as i64;
                self.turn = (at + 1) % slots;
                return Some(Event::Polled(slot, epoch, batch));
            }
        }
        None
    }

    fn tell_self(&self, event: Event) {
        self.with_events(|events| events.push_back(event));
    }

    fn tell_written(&self, token: u64) {
        self.with_events(|events| match events.back_mut() {
            Some(Event::Published(answers)) => answers.push((token, Ok(()))),
            _ => events.push_back(Event::Published(vec![(token, Ok(()))])),
        });
    }

    fn with_events(&self, change: impl FnOnce(&mut VecDeque<Event>)) {
        let mut shared = self.broker.lock();
        let group = shared.groups.get_mut(&self.group);
        if let Some(member) = group.and_then(|group| group.member(self.id)) {
            change(&mut member.events);
        }
        shared.changed();
    }

    fn keep(&self, marks: &[Watermark]) -> Result<(), BrokerError> {
        let mut shared = self.broker.lock();
        let Some(group) = shared.groups.get_mut(&self.group) else {
            return Err(BrokerError::Closed);
        };
        let mut kept = true;
        for mark in marks {
            if let Some(offset) = mark.offset {
                kept &= group.commit(self.id, mark.slot, mark.epoch, offset);
            }
        }
        let refused = || BrokerError::Failed {
            what: "the commit".into(),
            why: "the partition is not ours".into(),
        };
        kept.then_some(()).ok_or_else(refused)
    }

    fn leave(&self) {
        let mut shared = self.broker.lock();
        if let Some(group) = shared.groups.get_mut(&self.group) {
            group.leave(self.id);
        }
        shared.rebalance_all();
    }
}

impl Subscription for Member {
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        // Before the look, or what comes between the two would wake nobody.
        self.wake_by(context);
        self.next_event().map_or(Poll::Pending, Poll::Ready)
    }

    fn hold(&mut self, slot: Slot, held: bool) {
        if held {
            self.held.insert(slot);
        } else {
            self.held.remove(&slot);
        }
    }

    fn publish(&mut self, token: u64, message: Outbound<'_>) -> Result<(), NotQueued> {
        let written = self.broker.lock().append(message);
        match written {
            Ok(_) => self.tell_written(token),
            Err(BrokerError::UnknownTopic { .. }) => self.unsent.push(token, message),
            Err(error) => return Err(NotQueued::Refused(error)),
        }
        Ok(())
    }

    fn commit(&mut self, marks: &[Watermark]) {
        let kept = self.keep(marks).map_err(Arc::new);
        self.tell_self(Event::Committed(kept));
    }

    fn release(&mut self, mark: Watermark) {
        // It may have been lost in between; then there is nothing to keep.
        let _ = self.keep(&[mark]);
        let mut shared = self.broker.lock();
        if let Some(group) = shared.groups.get_mut(&self.group) {
            group.release(self.id, mark.slot, mark.epoch);
        }
        shared.rebalance_all();
    }

    fn close(
        self: Box<Self>,
        marks: Vec<Watermark>,
        _: Duration,
    ) -> BoxFuture<'static, Result<(), BrokerError>> {
        let kept = self.keep(&marks);
        Box::pin(async move { kept })
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.leave();
    }
}
