//! A group as commands see it, and its offsets set from outside.

use std::sync::Arc;

use super::{Group, MemberId};
use crate::broker::{
    BrokerError, GroupDescription, GroupListing, GroupMember, GroupProtocol, GroupState, TopicPartition,
};

impl Group {
    pub(in crate::broker::memory) fn listing(&self, name: &str) -> GroupListing {
        GroupListing {
            name: name.to_owned(),
            state: self.state(),
            protocol: GroupProtocol::Classic,
        }
    }

    pub(in crate::broker::memory) fn description(&self, name: &str) -> GroupDescription {
        GroupDescription {
            name: name.to_owned(),
            state: self.state(),
            protocol: GroupProtocol::Classic,
            assignor: (!self.members.is_empty()).then(|| "in turn".to_owned()),
            members: self.members.keys().map(|&id| self.described(id)).collect(),
        }
    }

    fn described(&self, id: MemberId) -> GroupMember {
        let own = self.owners.iter().filter(|(_, owner)| owner.member == id);
        GroupMember {
            id: format!("member-{id}"),
            client: "memory".to_owned(),
            host: "this process".to_owned(),
            instance: None,
            partitions: own.map(|(key, _)| named(key)).collect(),
        }
    }

    /// Whether a member has subscribed to the topic.
    pub(in crate::broker::memory) fn reads(&self, topic: &str) -> bool {
        self.topics().any(|read| read == topic)
    }

    /// The topics that members have subscribed to.
    pub(in crate::broker::memory) fn topics(&self) -> impl Iterator<Item = &str> {
        let topics = self.members.values().flat_map(|member| &member.topics);
        topics.map(String::as_str)
    }

    fn state(&self) -> GroupState {
        let revoking = self.owners.values().any(|owner| owner.revoking);
        match (self.members.is_empty(), revoking) {
            (true, _) => GroupState::Empty,
            (_, true) => GroupState::PreparingRebalance,
            _ => GroupState::Stable,
        }
    }

    pub(in crate::broker::memory) fn offsets(&self) -> Vec<(TopicPartition, i64)> {
        let committed = self.committed.iter();
        committed.map(|(key, &offset)| (named(key), offset)).collect()
    }

    /// Sets what was committed, when nobody is in the group.
    pub(in crate::broker::memory) fn set(
        &mut self,
        name: &str,
        offsets: &[(TopicPartition, i64)],
    ) -> Result<(), BrokerError> {
        if !self.members.is_empty() {
            let group = name.to_owned();
            return Err(BrokerError::GroupLive { group });
        }
        let kept = offsets
            .iter()
            .map(|(at, offset)| ((at.topic.to_string(), at.partition), *offset));
        self.committed.extend(kept);
        Ok(())
    }
}

fn named((topic, partition): &(String, i32)) -> TopicPartition {
    TopicPartition {
        topic: Arc::from(topic.as_str()),
        partition: *partition,
    }
}
