//! Topics: those to be made, and those that are there.

use std::collections::BTreeMap;

use crate::broker::BrokerError;
use crate::name::check_topic;

/// A topic to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name at the broker.
    pub name: String,
    /// How many partitions; `None`: the broker's default.
    pub partitions: Option<i32>,
    /// How many replicas; `None`: the broker's default.
    pub replication: Option<i32>,
    /// Its configuration, such as `retention.ms`.
    pub config: BTreeMap<String, String>,
}

impl NewTopic {
    /// A topic with the broker's defaults.
    pub fn named(name: impl Into<String>) -> NewTopic {
        NewTopic {
            name: name.into(),
            partitions: None,
            replication: None,
            config: BTreeMap::new(),
        }
    }

    /// Sets the number of partitions.
    pub fn partitions(mut self, partitions: i32) -> NewTopic {
        self.partitions = Some(partitions);
        self
    }

    /// Sets one key of its configuration.
    pub fn config(mut self, key: impl Into<String>, value: impl Into<String>) -> NewTopic {
        self.config.insert(key.into(), value.into());
        self
    }
}

impl NewTopic {
    /// Refuses what no broker can make; each of them asks before it makes anything, so that all refuse the same.
    ///
    /// # Errors
    /// A name that breaks Kafka's rule, and partitions or replicas that are fewer than one.
    pub fn check(&self) -> Result<(), BrokerError> {
        let fewer = |count: Option<i32>, what: &str| {
            let count = count.filter(|count| *count < 1)?;
            Some(format!(
                "it cannot have {count} {what}; say at least 1, or nothing for the broker's default"
            ))
        };
        let misnamed = check_topic(&self.name).err().map(|error| error.to_string());
        let why = misnamed
            .or_else(|| fewer(self.partitions, "partitions"))
            .or_else(|| fewer(self.replication, "replicas"));
        let what = || format!("creating the topic \"{}\"", self.name);
        why.map_or(Ok(()), |why| Err(BrokerError::Failed { what: what(), why }))
    }
}

/// A topic as the broker knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDescription {
    /// Its name at the broker.
    pub name: String,
    /// How many partitions.
    pub partitions: i32,
    /// The largest batch of records it takes, in bytes.
    pub max_message_bytes: Option<usize>,
}

/// A topic in a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopicListing {
    /// Its name at the broker.
    pub name: String,
    /// How many partitions.
    pub partitions: i32,
    /// How many replicas each partition has.
    pub replicas: usize,
}

impl TopicListing {
    /// Whether the broker keeps its own records in it, as in `__consumer_offsets`.
    pub fn is_internal(&self) -> bool {
        self.name.starts_with("__")
    }
}

/// A partition, and which nodes hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionDescription {
    /// The partition.
    pub partition: i32,
    /// The node that takes its records; `None` while there is none.
    pub leader: Option<i32>,
    /// The nodes that should hold it.
    pub replicas: Vec<i32>,
    /// Those of them that hold all of it.
    pub in_sync: Vec<i32>,
}

/// One key of a topic's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicConfig {
    /// The key, such as `retention.ms`.
    pub name: String,
    /// Its value; `None` where the broker keeps it secret.
    pub value: Option<String>,
    /// Whether it was set for this topic; others have the broker's value.
    pub is_own: bool,
}

/// A broker's nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// What the cluster calls itself; `None` when it does not say.
    pub id: Option<String>,
    /// The nodes, by their numbers.
    pub nodes: Vec<Node>,
    /// What asked it, with its version: the broker's own is not told to clients.
    pub client: String,
}

/// One server of a broker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// Its number.
    pub id: i32,
    /// Where clients reach it: `host:port`.
    pub address: String,
}
