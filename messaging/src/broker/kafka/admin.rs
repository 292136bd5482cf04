//! Topics and groups.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use rdkafka::admin::{
    AdminClient, AdminOptions, NewTopic as KafkaTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::metadata::MetadataTopic;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio::time::{Instant, sleep};

use super::config::KafkaConfig;
use super::error::{Place, broker_error, code, not_made};
use super::{blocking, log};
use crate::broker::{Admin, BrokerError, NewTopic, TopicDescription, TopicListing, TopicPartition};

/// How long a topic that was made may take to be seen.
const SEEN: Duration = Duration::from_secs(10);

/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// The broker's own numbers of partitions and replicas (KIP-464).
const BROKERS_DEFAULT: i32 = -1;

/// See the module.
pub(super) struct KafkaAdmin {
    client: Option<Arc<AdminClient<Quiet>>>,
    config: KafkaConfig,
}

/// A context that only logs.
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        log::log(level, facility, line);
    }

    // Whoever asks gets the error of the request.
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, "{reason}");
    }
}

impl rdkafka::consumer::ConsumerContext for Quiet {}

impl KafkaAdmin {
    pub(super) fn connect(config: &KafkaConfig) -> Result<KafkaAdmin, BrokerError> {
        let client = config
            .admin()
            .create_with_context(Quiet)
            .map_err(|e| not_made(&e))?;
        Ok(KafkaAdmin {
            client: Some(Arc::new(client)),
            config: config.clone(),
        })
    }

    fn client(&self) -> Result<Arc<AdminClient<Quiet>>, BrokerError> {
        self.client.clone().ok_or(BrokerError::Closed)
    }

    fn options(&self) -> AdminOptions {
        let limit = Some(self.config.request_timeout);
        AdminOptions::new()
            .request_timeout(limit)
            .operation_timeout(limit)
    }

    fn explain(&self, what: &str, topic: Option<&str>, error: &KafkaError) -> BrokerError {
        broker_error(
            Place {
                what,
                topic,
                address: &self.config.address(),
            },
            error,
            None,
        )
    }

    async fn make(&self, topics: &[NewTopic]) -> Result<Vec<String>, BrokerError> {
        let asked: Vec<KafkaTopic<'_>> = topics.iter().map(kafka_topic).collect();
        let answers = self.client()?.create_topics(&asked, &self.options()).await;
        let mut made = Vec::new();
        for answer in answers.map_err(|e| self.explain("creating topics", None, &e))? {
            match answer {
                Ok(topic) => made.push(topic),
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, code)) => {
                    let what = format!("creating the topic \"{topic}\"");
                    return Err(self.explain(&what, None, &KafkaError::AdminOp(code)));
                }
            }
        }
        for topic in &made {
            self.wait_until_seen(topic).await?;
        }
        Ok(made)
    }

    /// A broker may answer before it knows the leaders of what it made; a send would then fail.
    async fn wait_until_seen(&self, topic: &str) -> Result<(), BrokerError> {
        let end = Instant::now() + SEEN;
        while self.partitions(topic).await?.is_none() {
            if Instant::now() >= end {
                let what = format!("creating the topic \"{topic}\"");
                let why = format!("it was made, and is not seen after {SEEN:?}; look at the broker's log");
                return Err(BrokerError::Failed { what, why });
            }
            sleep(LOOK).await;
        }
        Ok(())
    }

    /// How many partitions; `None` when it is not there, or one of them has no leader yet.
    async fn partitions(&self, topic: &str) -> Result<Option<i32>, BrokerError> {
        let (client, name, limit) = (self.client()?, topic.to_owned(), self.config.request_timeout);
        let asked = blocking("kafka-metadata", move || {
            let metadata = client.inner().fetch_metadata(Some(&name), limit)?;
            let topic = metadata.topics().first();
            Ok(topic.and_then(|topic| match (topic.error(), topic.partitions()) {
                (None, partitions) if partitions.iter().all(|p| p.leader() >= 0) => Some(partitions.len()),
                _ => None,
            }))
        });
        let what = format!("looking at the topic \"{topic}\"");
        let count = asked.await?.map_err(|e| self.explain(&what, Some(topic), &e));
        match count {
            Ok(count) => Ok(count
                .filter(|count| *count > 0)
                .and_then(|count| i32::try_from(count).ok())),
            Err(BrokerError::UnknownTopic { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn max_message_bytes(&self, topic: &str) -> Result<Option<usize>, BrokerError> {
        let asked = [ResourceSpecifier::Topic(topic)];
        let what = format!("looking at the configuration of the topic \"{topic}\"");
        let answers = self.client()?.describe_configs(&asked, &self.options()).await;
        let answers = answers.map_err(|e| self.explain(&what, Some(topic), &e))?;
        let Some(answer) = answers.into_iter().next() else {
            return Ok(None);
        };
        let resource = answer.map_err(|code| self.explain(&what, Some(topic), &KafkaError::AdminOp(code)))?;
        let value = resource
            .get("max.message.bytes")
            .and_then(|entry| entry.value.clone());
        Ok(value.and_then(|value| value.parse().ok()))
    }

    /// The first and the next offset of each partition.
    async fn ends(
        &self,
        topic: &str,
        count: i32,
    ) -> Result<Result<Vec<(i64, i64)>, KafkaError>, BrokerError> {
        let (client, name, limit) = (self.client()?, topic.to_owned(), self.config.request_timeout);
        let asked = blocking("kafka-offsets", move || {
            (0..count)
                .map(|p| client.inner().fetch_watermarks(&name, p, limit))
                .collect()
        });
        asked.await
    }

    async fn known(&self, topic: &str) -> Result<i32, BrokerError> {
        let count = self.partitions(topic).await?;
        count.ok_or_else(|| BrokerError::UnknownTopic {
            topic: topic.to_owned(),
        })
    }
}

impl Drop for KafkaAdmin {
    // It waits for its thread.
    fn drop(&mut self) {
        super::end(self.client.take());
    }
}

impl Admin for KafkaAdmin {
    fn create_topics<'a>(
        &'a self,
        topics: &'a [NewTopic],
    ) -> BoxFuture<'a, Result<Vec<String>, BrokerError>> {
        Box::pin(async move {
            if topics.is_empty() {
                return Ok(Vec::new());
            }
            topics.iter().try_for_each(NewTopic::check)?;
            self.make(topics).await
        })
    }

    fn topics(&self) -> BoxFuture<'_, Result<Vec<TopicListing>, BrokerError>> {
        Box::pin(async move {
            let (client, limit) = (self.client()?, self.config.request_timeout);
            let asked = blocking("kafka-metadata", move || {
                let metadata = client.inner().fetch_metadata(None, limit)?;
                Ok(metadata.topics().iter().map(listing).collect())
            });
            let mut topics: Vec<TopicListing> = asked
                .await?
                .map_err(|e| self.explain("listing the topics", None, &e))?;
            topics.sort();
            Ok(topics)
        })
    }

    fn describe_topic<'a>(
        &'a self,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<TopicDescription>, BrokerError>> {
        Box::pin(async move {
            let Some(partitions) = self.partitions(name).await? else {
                return Ok(None);
            };
            let max_message_bytes = self.max_message_bytes(name).await?;
            Ok(Some(TopicDescription {
                name: name.to_owned(),
                partitions,
                max_message_bytes,
            }))
        })
    }

    fn delete_topic<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), BrokerError>> {
        Box::pin(async move {
            let what = format!("deleting the topic \"{name}\"");
            let answers = self.client()?.delete_topics(&[name], &self.options()).await;
            let answers = answers.map_err(|e| self.explain(&what, Some(name), &e))?;
            let refused = answers.into_iter().find_map(Result::err);
            refused.map_or(Ok(()), |(_, code)| {
                Err(self.explain(&what, Some(name), &KafkaError::AdminOp(code)))
            })
        })
    }

    fn offsets<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Vec<(i64, i64)>, BrokerError>> {
        Box::pin(async move {
            let count = self.known(topic).await?;
            let end = Instant::now() + SEEN;
            loop {
                match self.ends(topic, count).await? {
                    Err(error) if leader_moves(&error) && Instant::now() < end => sleep(LOOK).await,
                    Err(error) => {
                        let what = format!("reading the offsets of the topic \"{topic}\"");
                        return Err(self.explain(&what, Some(topic), &error));
                    }
                    Ok(offsets) => return Ok(offsets),
                }
            }
        })
    }

    fn committed<'a>(
        &'a self,
        group: &'a str,
        topic: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Option<i64>>, BrokerError>> {
        Box::pin(async move {
            let count = self.known(topic).await?;
            let (config, name, limit) = (
                self.config.observer(group),
                topic.to_owned(),
                self.config.request_timeout,
            );
            let asked = blocking("kafka-committed", move || {
                let consumer: BaseConsumer<Quiet> = config.create_with_context(Quiet)?;
                let mut list = TopicPartitionList::new();
                list.add_partition_range(&name, 0, count - 1);
                let committed = consumer.committed_offsets(list, limit)?;
                Ok(committed.elements().iter().map(|e| offset(e.offset())).collect())
            });
            let what = format!("reading the offsets of the group \"{group}\"");
            asked.await?.map_err(|e| self.explain(&what, Some(topic), &e))
        })
    }

    fn set_group_offsets<'a>(
        &'a self,
        group: &'a str,
        offsets: &'a [(TopicPartition, i64)],
    ) -> BoxFuture<'a, Result<(), BrokerError>> {
        Box::pin(async move {
            let (config, offsets) = (self.config.observer(group), offsets.to_vec());
            let asked = blocking("kafka-set-offsets", move || {
                let consumer: BaseConsumer<Quiet> = config.create_with_context(Quiet)?;
                let mut list = TopicPartitionList::new();
                for (at, offset) in &offsets {
                    list.add_partition_offset(&at.topic, at.partition, Offset::Offset(*offset))?;
                }
                consumer.commit(&list, CommitMode::Sync)
            });
            let what = format!("setting the offsets of the group \"{group}\"");
            asked.await?.map_err(|error| match code(&error) {
                // From one who is no member, the coordinator takes them only while there are none.
                Some(RDKafkaErrorCode::UnknownMemberId) => BrokerError::GroupLive {
                    group: group.to_owned(),
                },
                _ => self.explain(&what, None, &error),
            })
        })
    }
}

/// Right after a topic was made, or while a leader moves, a broker may not know yet that it leads.
fn leader_moves(error: &KafkaError) -> bool {
    let code = error.rdkafka_error_code();
    matches!(
        code,
        Some(RDKafkaErrorCode::NotLeaderForPartition | RDKafkaErrorCode::LeaderNotAvailable)
    )
}

fn offset(offset: Offset) -> Option<i64> {
    match offset {
        Offset::Offset(offset) => Some(offset),
        _ => None,
    }
}

fn listing(topic: &MetadataTopic) -> TopicListing {
    let replicas = topic.partitions().first().map(|first| first.replicas().len());
    TopicListing {
        name: topic.name().to_owned(),
        partitions: topic.partitions().len() as i32,
        replicas: replicas.unwrap_or_default(),
    }
}

fn kafka_topic(topic: &NewTopic) -> KafkaTopic<'_> {
    let partitions = topic.partitions.unwrap_or(BROKERS_DEFAULT);
    let replicas = topic.replication.unwrap_or(BROKERS_DEFAULT);
    let asked = KafkaTopic::new(&topic.name, partitions, TopicReplication::Fixed(replicas));
    topic
        .config
        .iter()
        .fold(asked, |asked, (key, value)| asked.set(key, value))
}
