//! What commands and the start-up check ask about topics and groups.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;

use super::{BrokerError, TopicPartition};

mod groups;
mod topics;

pub use groups::{GroupDescription, GroupListing, GroupMember, GroupProtocol, GroupState};
pub use topics::{
    Cluster, NewTopic, Node, PartitionDescription, TopicConfig, TopicDescription, TopicListing,
};

/// What comes of a question to the broker.
type Answer<'a, T> = BoxFuture<'a, Result<T, BrokerError>>;

/// Topics and groups. All names are the broker's: nothing is put before them.
///
/// A broker that does not answer within `kafka_request_timeout_ms` is an error, and is not asked again. What it is only
/// about to know, such as a topic that was just made, is waited for up to 10 s.
pub trait Admin: Send + Sync {
    /// The nodes.
    fn cluster(&self) -> Answer<'_, Cluster>;

    /// All topics, the broker's own included, by name.
    fn topics(&self) -> Answer<'_, Vec<TopicListing>>;

    /// Makes topics that are not there; says which were made. One that is there stays as it is. When
    /// [`NewTopic::check`] refuses one, none is made.
    fn create_topics<'a>(&'a self, topics: &'a [NewTopic]) -> Answer<'a, Vec<String>>;

    /// Looks at a topic; `None` when it is not there.
    fn describe_topic<'a>(&'a self, name: &'a str) -> Answer<'a, Option<TopicDescription>>;

    /// The partitions of a topic, in their order; one that is absent is an error.
    fn partitions<'a>(&'a self, topic: &'a str) -> Answer<'a, Vec<PartitionDescription>>;

    /// The configuration of a topic, by key; one that is absent is an error.
    fn topic_config<'a>(&'a self, topic: &'a str) -> Answer<'a, Vec<TopicConfig>>;

    /// Gives a topic more partitions, so that it has `total`. Fewer, or as many as it has, are an error. Keys move to
    /// other partitions by it, so that the order of a key's records holds only from then on.
    fn grow_topic<'a>(&'a self, topic: &'a str, total: i32) -> Answer<'a, ()>;

    /// Sets keys of a topic's configuration, such as `retention.ms`; its other keys stay as they are. Nothing is set
    /// where a key or a value is refused.
    fn configure_topic<'a>(&'a self, topic: &'a str, config: &'a BTreeMap<String, String>) -> Answer<'a, ()>;

    /// Deletes a topic with its records.
    fn delete_topic<'a>(&'a self, name: &'a str) -> Answer<'a, ()>;

    /// For each partition: the first offset and the one behind the last record.
    fn offsets<'a>(&'a self, topic: &'a str) -> Answer<'a, Vec<(i64, i64)>>;

    /// For each partition: the first offset whose record is not older than `timestamp`, in milliseconds since 1970;
    /// `None` where all are older.
    fn offsets_at<'a>(&'a self, topic: &'a str, timestamp: i64) -> Answer<'a, Vec<Option<i64>>>;

    /// All groups, by name.
    fn groups(&self) -> Answer<'_, Vec<GroupListing>>;

    /// Looks at a group and its members; `None` when there is none of this name.
    fn describe_group<'a>(&'a self, group: &'a str) -> Answer<'a, Option<GroupDescription>>;

    /// For each partition: what the group has committed.
    fn committed<'a>(&'a self, group: &'a str, topic: &'a str) -> Answer<'a, Vec<Option<i64>>>;

    /// What the group has committed on all topics, by topic and partition; empty for a group that is not there.
    fn group_offsets<'a>(&'a self, group: &'a str) -> Answer<'a, Vec<(TopicPartition, i64)>>;

    /// Sets what the group has committed; other partitions stay as they are. A group that is not there is made by it.
    /// Refused with [`BrokerError::GroupLive`] while it has members.
    fn set_group_offsets<'a>(
        &'a self,
        group: &'a str,
        offsets: &'a [(TopicPartition, i64)],
    ) -> Answer<'a, ()>;
}
