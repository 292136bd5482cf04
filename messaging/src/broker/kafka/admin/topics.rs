//! The nodes, and topics: looked at, made, grown, deleted.

use std::collections::BTreeMap;

use rdkafka::admin::{ConfigEntry, ConfigSource, ResourceSpecifier};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::metadata::{Metadata, MetadataTopic};
use rdkafka::util::get_rdkafka_version;
use tokio::time::{Instant, sleep};

use super::super::error::{Meaning, meaning};
use super::super::ffi;
use super::super::ffi::topics::Refusal;
use super::{KafkaAdmin, LOOK, SEEN};
use crate::broker::{
    BrokerError, Cluster, NewTopic, Node, PartitionDescription, TopicConfig, TopicDescription, TopicListing,
};

/// Any topic will do to be asked about when the nodes are wanted, and this one costs the broker nothing.
const ANY_TOPIC: &str = "__consumer_offsets";

impl KafkaAdmin {
    pub(super) async fn look_at_cluster(&self) -> Result<Cluster, BrokerError> {
        let asked = self.ask(|client, limit| {
            let nodes = nodes(&client.fetch_metadata(Some(ANY_TOPIC), limit)?);
            let id = client.fetch_cluster_id(limit);
            let client = format!("librdkafka {}", get_rdkafka_version().1);
            Ok(Cluster { id, nodes, client })
        });
        asked
            .await?
            .map_err(|e| self.explain("looking at the cluster", None, &e))
    }

    pub(super) async fn list_topics(&self) -> Result<Vec<TopicListing>, BrokerError> {
        let asked = self.ask(|client, limit| {
            let metadata = client.fetch_metadata(None, limit)?;
            let mut topics: Vec<TopicListing> = metadata.topics().iter().map(listing).collect();
            topics.sort();
            Ok(topics)
        });
        asked
            .await?
            .map_err(|e| self.explain("listing the topics", None, &e))
    }

    pub(super) async fn make_topics(&self, topics: &[NewTopic]) -> Result<Vec<String>, BrokerError> {
        if topics.is_empty() {
            return Ok(Vec::new());
        }
        topics.iter().try_for_each(NewTopic::check)?;
        let asked = topics.to_vec();
        let answers = self.ask(move |client, limit| ffi::topics::create(client, &asked, limit));
        let answers = answers.await?;
        let mut made = Vec::new();
        for (topic, answer) in answers.map_err(|e| self.explain("creating topics", None, &e))? {
            match answer {
                Ok(()) => made.push(topic),
                Err(refusal) if refusal.code == RDKafkaErrorCode::TopicAlreadyExists => {}
                Err(refusal) => {
                    return Err(self.refused(&format!("creating the topic \"{topic}\""), &refusal));
                }
            }
        }
        for topic in &made {
            self.wait_until_seen(topic, 1, "creating").await?;
        }
        Ok(made)
    }

    /// A broker may answer before it knows the leaders of what it made; a send would then fail.
    async fn wait_until_seen(&self, topic: &str, partitions: usize, doing: &str) -> Result<(), BrokerError> {
        let end = Instant::now() + SEEN;
        while self.led(topic).await?.is_none_or(|led| led.len() < partitions) {
            if Instant::now() >= end {
                let what = format!("{doing} the topic \"{topic}\"");
                let why = format!("it was done, and is not seen after {SEEN:?}; look at the broker's log");
                return Err(BrokerError::Failed { what, why });
            }
            sleep(LOOK).await;
        }
        Ok(())
    }

    pub(super) async fn look_at_topic(&self, name: &str) -> Result<Option<TopicDescription>, BrokerError> {
        let Some(partitions) = self.led(name).await? else {
            return Ok(None);
        };
        let config = self.entries_of(name).await?;
        let bytes = config.into_iter().find(|entry| entry.name == "max.message.bytes");
        Ok(Some(TopicDescription {
            name: name.to_owned(),
            partitions: i32::try_from(partitions.len()).unwrap_or(i32::MAX),
            max_message_bytes: bytes
                .and_then(|entry| entry.value)
                .and_then(|value| value.parse().ok()),
        }))
    }

    /// The partitions; `None` when it is not there, or one of them has no leader yet.
    async fn led(&self, topic: &str) -> Result<Option<Vec<PartitionDescription>>, BrokerError> {
        let found = self.find(topic).await?;
        Ok(found.filter(|partitions| partitions.iter().all(|partition| partition.leader.is_some())))
    }

    async fn find(&self, topic: &str) -> Result<Option<Vec<PartitionDescription>>, BrokerError> {
        let name = topic.to_owned();
        let asked = self.ask(move |client, limit| {
            let metadata = client.fetch_metadata(Some(&name), limit)?;
            metadata.topics().first().map_or(Ok(None), partitions_of)
        });
        let what = format!("looking at the topic \"{topic}\"");
        match asked.await?.map_err(|e| self.explain(&what, Some(topic), &e)) {
            Err(BrokerError::UnknownTopic { .. }) => Ok(None),
            found => found,
        }
    }

    pub(super) async fn look_at_partitions(
        &self,
        topic: &str,
    ) -> Result<Vec<PartitionDescription>, BrokerError> {
        let unknown = || BrokerError::UnknownTopic {
            topic: topic.to_owned(),
        };
        self.find(topic).await?.ok_or_else(unknown)
    }

    /// How many partitions of a topic can be asked for their offsets.
    pub(super) async fn known(&self, topic: &str) -> Result<i32, BrokerError> {
        let unknown = || BrokerError::UnknownTopic {
            topic: topic.to_owned(),
        };
        let partitions = self.led(topic).await?.ok_or_else(unknown)?;
        Ok(i32::try_from(partitions.len()).unwrap_or(i32::MAX))
    }

    pub(super) async fn config_of(&self, topic: &str) -> Result<Vec<TopicConfig>, BrokerError> {
        let entries = self.entries_of(topic).await?;
        if !entries.is_empty() {
            return Ok(entries);
        }
        self.look_at_partitions(topic).await?;
        Err(BrokerError::Denied {
            what: format!("looking at the configuration of the topic \"{topic}\""),
            why: "the broker shows none of it".to_owned(),
        })
    }

    /// The configuration; empty for a topic that is absent, or may not be looked at: rdkafka does not say which.
    async fn entries_of(&self, topic: &str) -> Result<Vec<TopicConfig>, BrokerError> {
        let asked = [ResourceSpecifier::Topic(topic)];
        let what = format!("looking at the configuration of the topic \"{topic}\"");
        let answers = self.client()?.describe_configs(&asked, &self.options()).await;
        let answers = answers.map_err(|e| self.explain(&what, Some(topic), &e))?;
        let Some(answer) = answers.into_iter().next() else {
            return Ok(Vec::new());
        };
        let resource = answer.map_err(|code| self.explain(&what, Some(topic), &KafkaError::AdminOp(code)))?;
        let mut entries: Vec<TopicConfig> = resource.entries.into_iter().map(config).collect();
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    pub(super) async fn grow(&self, topic: &str, total: i32) -> Result<(), BrokerError> {
        let what = format!("giving the topic \"{topic}\" {total} partitions");
        let has = self.look_at_partitions(topic).await?.len();
        let Some(count) = usize::try_from(total).ok().filter(|total| *total > has) else {
            let why = format!("it has {has}, and partitions can only be added");
            return Err(BrokerError::Failed { what, why });
        };
        let name = topic.to_owned();
        let grown = self.ask(move |client, limit| ffi::topics::grow(client, &name, count, limit));
        let grown = grown.await?.map_err(|e| self.explain(&what, Some(topic), &e))?;
        grown.map_err(|refusal| self.refused(&what, &refusal))?;
        self.wait_until_seen(topic, count, "growing").await
    }

    pub(super) async fn configure(
        &self,
        topic: &str,
        config: &BTreeMap<String, String>,
    ) -> Result<(), BrokerError> {
        self.look_at_partitions(topic).await?;
        let what = format!("setting the configuration of the topic \"{topic}\"");
        let (name, config) = (topic.to_owned(), config.clone());
        let set = self.ask(move |client, limit| ffi::topics::configure(client, &name, &config, limit));
        let set = set.await?.map_err(|e| self.explain(&what, Some(topic), &e))?;
        set.map_err(|refusal| self.refused(&what, &refusal))
    }

    /// What the broker said stands in the error, as it said it.
    fn refused(&self, what: &str, refusal: &Refusal) -> BrokerError {
        self.explain_with(what, None, &KafkaError::AdminOp(refusal.code), Some(&refusal.why))
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), BrokerError> {
        let what = format!("deleting the topic \"{name}\"");
        let answers = self.client()?.delete_topics(&[name], &self.options()).await;
        let answers = answers.map_err(|e| self.explain(&what, Some(name), &e))?;
        if let Some((_, code)) = answers.into_iter().find_map(Result::err) {
            return Err(self.explain(&what, Some(name), &KafkaError::AdminOp(code)));
        }
        self.wait_until_gone(name, &what).await
    }

    /// Until then it is listed, and one of its name cannot be made.
    async fn wait_until_gone(&self, topic: &str, what: &str) -> Result<(), BrokerError> {
        let end = Instant::now() + SEEN;
        while self.find(topic).await?.is_some() {
            if Instant::now() >= end {
                return Err(BrokerError::Failed {
                    what: what.to_owned(),
                    why: format!("it is still seen after {SEEN:?}; look at the broker's log"),
                });
            }
            sleep(LOOK).await;
        }
        Ok(())
    }
}

fn nodes(metadata: &Metadata) -> Vec<Node> {
    let mut nodes: Vec<Node> = metadata
        .brokers()
        .iter()
        .map(|broker| Node {
            id: broker.id(),
            address: format!("{}:{}", broker.host(), broker.port()),
        })
        .collect();
    nodes.sort();
    nodes
}

fn listing(topic: &MetadataTopic) -> TopicListing {
    let partitions = topic.partitions();
    TopicListing {
        name: topic.name().to_owned(),
        partitions: i32::try_from(partitions.len()).unwrap_or(i32::MAX),
        replicas: partitions
            .first()
            .map_or(0, |partition| partition.replicas().len()),
    }
}

/// `None` while it is not there. What the broker forbids to look at is an error: it may well be there.
fn partitions_of(topic: &MetadataTopic) -> KafkaResult<Option<Vec<PartitionDescription>>> {
    if let Some(error) = topic.error() {
        let code = RDKafkaErrorCode::from(error);
        return match meaning(code) {
            Meaning::Denied => Err(KafkaError::AdminOp(code)),
            _ => Ok(None),
        };
    }
    let mut partitions: Vec<PartitionDescription> = topic
        .partitions()
        .iter()
        .map(|partition| PartitionDescription {
            partition: partition.id(),
            leader: Some(partition.leader()).filter(|leader| *leader >= 0),
            replicas: partition.replicas().to_vec(),
            in_sync: partition.isr().to_vec(),
        })
        .collect();
    partitions.sort_by_key(|partition| partition.partition);
    Ok(Some(partitions).filter(|partitions| !partitions.is_empty()))
}

fn config(entry: ConfigEntry) -> TopicConfig {
    TopicConfig {
        name: entry.name,
        value: entry.value.filter(|_| !entry.is_sensitive),
        is_own: entry.source == ConfigSource::DynamicTopic,
    }
}
