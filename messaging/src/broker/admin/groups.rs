//! Groups and their members.

use std::fmt;

use crate::broker::TopicPartition;

/// A group in a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupListing {
    /// Its name.
    pub name: String,
    /// What it is at.
    pub state: GroupState,
    /// How its members share the partitions.
    pub protocol: GroupProtocol,
}

/// A group as the broker knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDescription {
    /// Its name.
    pub name: String,
    /// What it is at.
    pub state: GroupState,
    /// How its members share the partitions.
    pub protocol: GroupProtocol,
    /// The strategy by which they are shared, such as `cooperative-sticky`; `None` when nobody shares.
    pub assignor: Option<String>,
    /// Its members.
    pub members: Vec<GroupMember>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// What the broker calls it.
    pub id: String,
    /// What its client calls itself: the setting `kafka_client_id`.
    pub client: String,
    /// Where it runs, as the broker sees it.
    pub host: String,
    /// Its fixed name, the setting `kafka_instance_id`.
    pub instance: Option<String>,
    /// The partitions it has.
    pub partitions: Vec<TopicPartition>,
}

/// What a group is at, in Kafka's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum GroupState {
    /// It has no members; its offsets are kept.
    Empty,
    /// It shares its partitions out anew: members are asked to join.
    PreparingRebalance,
    /// It shares its partitions out anew: members are told what they get.
    CompletingRebalance,
    /// Its members read.
    Stable,
    /// It is not there any more.
    Dead,
    /// Something else, such as a state that this client has no name for.
    Unknown,
}

impl GroupState {
    /// Kafka's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Stable => "Stable",
            GroupState::Dead => "Dead",
            GroupState::Unknown => "Unknown",
        }
    }
}

impl fmt::Display for GroupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How members share partitions: the setting `kafka_group_protocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum GroupProtocol {
    /// The members agree among themselves.
    Classic,
    /// The broker decides (KIP-848).
    Consumer,
    /// The broker does not say.
    Unknown,
}

impl GroupProtocol {
    /// The setting's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            GroupProtocol::Classic => "classic",
            GroupProtocol::Consumer => "consumer",
            GroupProtocol::Unknown => "unknown",
        }
    }
}

impl fmt::Display for GroupProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
