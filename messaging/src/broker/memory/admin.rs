//! Topics and groups, looked at and changed.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;

use super::group::Group;
use super::log::Log;
use super::{MemoryBroker, Shared};
use crate::broker::{
    Admin, BrokerError, Cluster, GroupDescription, GroupListing, NewTopic, Node, PartitionDescription,
    TopicConfig, TopicDescription, TopicListing, TopicPartition,
};

/// The number of the only node there is.
const NODE: i32 = 0;

/// An answer that is there at once.
fn ready<'a, T: Send + 'a>(answer: Result<T, BrokerError>) -> BoxFuture<'a, Result<T, BrokerError>> {
    Box::pin(async { answer })
}

impl Admin for MemoryBroker {
    fn cluster(&self) -> BoxFuture<'_, Result<Cluster, BrokerError>> {
        let node = Node {
            id: NODE,
            address: "this process".to_owned(),
        };
        ready(Ok(Cluster {
            id: None,
            nodes: vec![node],
            client: "this process".to_owned(),
        }))
    }

    fn topics(&self) -> BoxFuture<'_, Result<Vec<TopicListing>, BrokerError>> {
        let listing = |(name, log): (&String, &Log)| TopicListing {
            name: name.clone(),
            partitions: log.partitions(),
            replicas: 1,
        };
        ready(Ok(self.lock().topics.iter().map(listing).collect()))
    }

    fn create_topics<'a>(
        &'a self,
        topics: &'a [NewTopic],
    ) -> BoxFuture<'a, Result<Vec<String>, BrokerError>> {
        let checked = topics.iter().try_for_each(NewTopic::check);
        ready(checked.map(|()| self.lock().make_absent(topics)))
    }

    fn describe_topic<'a>(
        &'a self,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<TopicDescription>, BrokerError>> {
        let found = self.lock().topics.get(name).map(|log| TopicDescription {
            name: name.to_owned(),
            partitions: log.partitions(),
            max_message_bytes: None,
        });
        ready(Ok(found))
    }

    fn partitions<'a>(
        &'a self,
        topic: &'a str,
    ) -> BoxFuture<'a, Result<Vec<PartitionDescription>, BrokerError>> {
        let described = |partition| PartitionDescription {
            partition,
            leader: Some(NODE),
            replicas: vec![NODE],
            in_sync: vec![NODE],
        };
        let shared = self.lock();
        ready(
            shared
                .known(topic)
                .map(|log| (0..log.partitions()).map(described).collect()),
        )
    }

    fn topic_config<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Vec<TopicConfig>, BrokerError>> {
        ready(self.lock().known(topic).map(Log::config))
    }

    fn grow_topic<'a>(&'a self, topic: &'a str, total: i32) -> BoxFuture<'a, Result<(), BrokerError>> {
        ready(self.lock().grow(topic, total))
    }

    fn configure_topic<'a>(
        &'a self,
        topic: &'a str,
        config: &'a BTreeMap<String, String>,
    ) -> BoxFuture<'a, Result<(), BrokerError>> {
        let mut shared = self.lock();
        let known = shared.known(topic).map(drop);
        if let Some(log) = shared.topics.get_mut(topic) {
            log.configure(config);
        }
        ready(known)
    }

    fn delete_topic<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), BrokerError>> {
        let mut shared = self.lock();
        let known = shared.known(name).map(drop);
        shared.topics.remove(name);
        shared.rebalance_all();
        ready(known)
    }

    fn offsets<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Vec<(i64, i64)>, BrokerError>> {
        let shared = self.lock();
        let ends = shared.known(topic).map(Log::ends);
        ready(ends.map(|ends| ends.into_iter().map(|end| (0, end)).collect()))
    }

    fn offsets_at<'a>(
        &'a self,
        topic: &'a str,
        timestamp: i64,
    ) -> BoxFuture<'a, Result<Vec<Option<i64>>, BrokerError>> {
        ready(self.lock().known(topic).map(|log| log.offsets_at(timestamp)))
    }

    fn groups(&self) -> BoxFuture<'_, Result<Vec<GroupListing>, BrokerError>> {
        let listing = |(name, group): (&String, &Group)| group.listing(name);
        ready(Ok(self.lock().groups.iter().map(listing).collect()))
    }

    fn describe_group<'a>(
        &'a self,
        group: &'a str,
    ) -> BoxFuture<'a, Result<Option<GroupDescription>, BrokerError>> {
        let shared = self.lock();
        ready(Ok(shared.groups.get(group).map(|found| found.description(group))))
    }

    fn committed<'a>(
        &'a self,
        group: &'a str,
        topic: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Option<i64>>, BrokerError>> {
        let shared = self.lock();
        let partitions = shared.topics.get(topic).map_or(0, Log::partitions);
        let group = shared.groups.get(group);
        let committed = (0..partitions).map(|p| group.and_then(|group| group.committed(topic, p)));
        ready(Ok(committed.collect()))
    }

    fn group_offsets<'a>(
        &'a self,
        group: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(TopicPartition, i64)>, BrokerError>> {
        let shared = self.lock();
        ready(Ok(shared
            .groups
            .get(group)
            .map(Group::offsets)
            .unwrap_or_default()))
    }

    fn set_group_offsets<'a>(
        &'a self,
        group: &'a str,
        offsets: &'a [(TopicPartition, i64)],
    ) -> BoxFuture<'a, Result<(), BrokerError>> {
        let mut shared = self.lock();
        let unknown = offsets
            .iter()
            .find_map(|(at, _)| shared.known(&at.topic).map(drop).err());
        if let Some(unknown) = unknown {
            return ready(Err(unknown));
        }
        ready(
            shared
                .groups
                .entry(group.to_owned())
                .or_default()
                .set(group, offsets),
        )
    }
}

impl Shared {
    /// The topic, when it is there.
    fn known(&self, topic: &str) -> Result<&Log, BrokerError> {
        let unknown = || BrokerError::UnknownTopic {
            topic: topic.to_owned(),
        };
        self.topics.get(topic).ok_or_else(unknown)
    }

    fn grow(&mut self, topic: &str, total: i32) -> Result<(), BrokerError> {
        let has = self.known(topic)?.partitions();
        if total <= has {
            let what = format!("giving the topic \"{topic}\" {total} partitions");
            let why = format!("it has {has}, and partitions can only be added");
            return Err(BrokerError::Failed { what, why });
        }
        if let Some(log) = self.topics.get_mut(topic) {
            log.grow(total);
        }
        self.rebalance_all();
        Ok(())
    }
}
