//! A group: its members, who owns which partition, and what was committed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Waker;

use super::log::Log;
use crate::broker::{Event, Subscribe, TopicPartition};
use crate::delivery::{Epoch, Slot};
use crate::settings::OffsetReset;

mod look;

/// A member's number in its group.
pub(super) type MemberId = u64;

#[derive(Debug, Default)]
pub(super) struct Group {
    last_member: MemberId,
    last_epoch: Epoch,
    members: BTreeMap<MemberId, MemberState>,
    owners: BTreeMap<(String, i32), Owner>,
    committed: BTreeMap<(String, i32), i64>,
}

#[derive(Debug)]
pub(super) struct MemberState {
    topics: Vec<String>,
    reset: OffsetReset,
    /// Partitions by slot; a slot keeps its partition for the life of the member.
    pub(super) slots: Vec<(String, i32)>,
    pub(super) events: super::Events,
    /// Who waits for something new; a poll replaces it, as for a future.
    pub(super) waker: Option<Waker>,
    /// Whether it heard of its first assignment, which may be of no partition.
    greeted: bool,
}

#[derive(Debug)]
struct Owner {
    member: MemberId,
    epoch: Epoch,
    /// The owner was asked to give it back and has not yet.
    revoking: bool,
    /// The next offset to read.
    position: i64,
}

impl Group {
    pub(super) fn join(&mut self, request: &Subscribe) -> MemberId {
        self.last_member += 1;
        let (topics, reset) = (request.topics.clone(), request.reset);
        let member = MemberState {
            topics,
            reset,
            slots: Vec::new(),
            events: super::Events::new(),
            waker: None,
            greeted: false,
        };
        self.members.insert(self.last_member, member);
        self.last_member
    }

    pub(super) fn leave(&mut self, member: MemberId) {
        self.members.remove(&member);
        self.owners.retain(|_, owner| owner.member != member);
    }

    pub(super) fn member(&mut self, member: MemberId) -> Option<&mut MemberState> {
        self.members.get_mut(&member)
    }

    /// Lets every member look again.
    pub(super) fn wake(&mut self) {
        let wakers = self.members.values_mut().filter_map(|member| member.waker.take());
        wakers.for_each(Waker::wake);
    }

    pub(super) fn committed(&self, topic: &str, partition: i32) -> Option<i64> {
        self.committed.get(&(topic.to_owned(), partition)).copied()
    }

    /// Keeps a watermark, when the member owns the partition in this epoch. Says whether it does.
    pub(super) fn commit(&mut self, member: MemberId, slot: Slot, epoch: Epoch, offset: i64) -> bool {
        let Some(key) = self.partition(member, slot) else {
            return false;
        };
        let owned = self
            .owners
            .get(&key)
            .is_some_and(|owner| owner.member == member && owner.epoch == epoch);
        if owned {
            self.committed.insert(key, offset);
        }
        owned
    }

    /// The member gives a partition back.
    pub(super) fn release(&mut self, member: MemberId, slot: Slot, epoch: Epoch) {
        let Some(key) = self.partition(member, slot) else {
            return;
        };
        if self
            .owners
            .get(&key)
            .is_some_and(|owner| owner.member == member && owner.epoch == epoch)
        {
            self.owners.remove(&key);
        }
    }

    pub(super) fn lose(&mut self, topic: &str, partition: i32) {
        let key = (topic.to_owned(), partition);
        let Some(owner) = self.owners.remove(&key) else {
            return;
        };
        self.tell(owner.member, |slots| Event::Lost(vec![slots(&key)]));
    }

    /// Where a member reads a partition, and in which epoch.
    pub(super) fn position(&mut self, member: MemberId, slot: Slot) -> Option<(Epoch, &mut i64)> {
        let key = self.partition(member, slot)?;
        let owner = self
            .owners
            .get_mut(&key)
            .filter(|owner| owner.member == member && !owner.revoking)?;
        Some((owner.epoch, &mut owner.position))
    }

    /// Gives every partition of every subscribed topic an owner, in turn among the topic's members.
    pub(super) fn rebalance(&mut self, topics: &BTreeMap<String, Log>) {
        self.forget_deleted(topics);
        for (topic, log) in topics {
            let subscribed = self
                .members
                .iter()
                .filter(|(_, member)| member.topics.contains(topic));
            let members: Vec<MemberId> = subscribed.map(|(&id, _)| id).collect();
            for partition in 0..log.partitions() {
                let wanted = members.get(partition as usize % members.len().max(1)).copied();
                self.move_to(wanted, (topic.clone(), partition), log);
                wanted.into_iter().for_each(|member| self.greet(member));
            }
        }
        // There are more members than partitions, or no topic yet.
        let idle: Vec<MemberId> = self
            .members
            .iter()
            .filter(|(_, m)| !m.greeted)
            .map(|(&id, _)| id)
            .collect();
        for member in idle {
            self.greet(member);
            self.tell(member, |_| Event::Assigned(Vec::new()));
        }
    }

    fn greet(&mut self, member: MemberId) {
        if let Some(member) = self.members.get_mut(&member) {
            member.greeted = true;
        }
    }

    /// What was committed goes with its topic: one made later under that name begins anew.
    fn forget_deleted(&mut self, topics: &BTreeMap<String, Log>) {
        self.committed.retain(|(topic, _), _| topics.contains_key(topic));
        let deleted: Vec<_> = self
            .owners
            .keys()
            .filter(|(topic, _)| !topics.contains_key(topic))
            .cloned()
            .collect();
        for (topic, partition) in deleted {
            self.lose(&topic, partition);
        }
    }

    fn move_to(&mut self, wanted: Option<MemberId>, key: (String, i32), log: &Log) {
        match self.owners.get_mut(&key) {
            Some(owner) if Some(owner.member) == wanted || owner.revoking => {}
            Some(owner) => {
                owner.revoking = true;
                let member = owner.member;
                self.tell(member, |slots| Event::Revoked(vec![slots(&key)]));
            }
            None => {
                if let Some(member) = wanted {
                    self.assign(member, key, log);
                }
            }
        }
    }

    fn assign(&mut self, member: MemberId, key: (String, i32), log: &Log) {
        self.last_epoch += 1;
        let epoch = self.last_epoch;
        let reset = self.members.get(&member).map(|member| member.reset);
        let end = log.ends().get(key.1 as usize).copied().unwrap_or(0);
        let start = if reset == Some(OffsetReset::Latest) {
            end
        } else {
            0
        };
        let position = self.committed.get(&key).copied().unwrap_or(start);
        let partition = TopicPartition {
            topic: Arc::from(key.0.as_str()),
            partition: key.1,
        };
        self.tell(member, |slots| {
            Event::Assigned(vec![(slots(&key), epoch, partition)])
        });
        self.owners.insert(
            key,
            Owner {
                member,
                epoch,
                revoking: false,
                position,
            },
        );
    }

    fn tell(
        &mut self,
        member: MemberId,
        event: impl FnOnce(&mut dyn FnMut(&(String, i32)) -> Slot) -> Event,
    ) {
        let Some(member) = self.members.get_mut(&member) else {
            return;
        };
        let slots = &mut member.slots;
        let event = event(&mut |key| {
            let known = slots.iter().position(|slot| slot == key);
            known.unwrap_or_else(|| {
                slots.push(key.clone());
                slots.len() - 1
            }) as Slot
        });
        member.events.push_back(event);
    }

    fn partition(&self, member: MemberId, slot: Slot) -> Option<(String, i32)> {
        self.members.get(&member)?.slots.get(slot as usize).cloned()
    }
}
