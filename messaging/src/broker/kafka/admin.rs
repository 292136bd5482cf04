//! Topics and groups.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::{Client, ClientContext};
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::{KafkaError, KafkaResult};

use super::config::KafkaConfig;
use super::error::{Meaning, Place, broker_error, meaning_of, not_made};
use super::tokens::Tokens;
use super::{blocking, log};
use crate::broker::{
    Admin, BrokerError, Cluster, GroupDescription, GroupListing, NewTopic, PartitionDescription, TopicConfig,
    TopicDescription, TopicListing, TopicPartition,
};

mod groups;
mod offsets;
mod topics;

/// How long a change may take to be seen.
const SEEN: Duration = Duration::from_secs(10);

/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(50);

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

/// What comes of a question.
type Answer<'a, T> = BoxFuture<'a, Result<T, BrokerError>>;

impl KafkaAdmin {
    pub(super) fn connect(config: &KafkaConfig) -> Result<KafkaAdmin, BrokerError> {
        let client = config
            .admin()
            .create_with_context(Quiet)
            .map_err(|e| not_made(&e))?;
        let client = Arc::new(client);
        Tokens::keep(config.tokens(), &client)?;
        Ok(KafkaAdmin {
            client: Some(client),
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

    /// Waits for a call that blocks for as long as a request may take.
    async fn ask<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Client<Quiet>, Duration) -> KafkaResult<T> + Send + 'static,
    ) -> Result<KafkaResult<T>, BrokerError> {
        let (client, limit) = (self.client()?, self.config.request_timeout);
        blocking("kafka-admin", move || call(client.inner(), limit)).await
    }

    fn explain(&self, what: &str, topic: Option<&str>, error: &KafkaError) -> BrokerError {
        let waits = meaning_of(error) == Meaning::Unreachable;
        let lack = self.config.tokens().filter(|_| waits).and_then(Tokens::lack);
        self.explain_with(what, topic, error, lack.as_deref())
    }

    /// The same with what the broker said beside the code.
    fn explain_with(
        &self,
        what: &str,
        topic: Option<&str>,
        error: &KafkaError,
        why: Option<&str>,
    ) -> BrokerError {
        broker_error(
            Place {
                what,
                topic,
                address: &self.config.address(),
            },
            error,
            why,
        )
    }
}

/// A client for what only a consumer can ask.
fn observer(config: &ClientConfig, tokens: Option<&Tokens>) -> KafkaResult<Arc<BaseConsumer<Quiet>>> {
    let consumer = Arc::new(config.create_with_context(Quiet)?);
    // Without a thread there is no token, and the question is not answered.
    Tokens::keep(tokens, &consumer).map_err(|error| KafkaError::ClientCreation(error.to_string()))?;
    Ok(consumer)
}

impl Drop for KafkaAdmin {
    // It waits for its thread.
    fn drop(&mut self) {
        super::end(self.client.take());
    }
}

impl Admin for KafkaAdmin {
    fn cluster(&self) -> Answer<'_, Cluster> {
        Box::pin(self.look_at_cluster())
    }

    fn topics(&self) -> Answer<'_, Vec<TopicListing>> {
        Box::pin(self.list_topics())
    }

    fn create_topics<'a>(&'a self, topics: &'a [NewTopic]) -> Answer<'a, Vec<String>> {
        Box::pin(self.make_topics(topics))
    }

    fn describe_topic<'a>(&'a self, name: &'a str) -> Answer<'a, Option<TopicDescription>> {
        Box::pin(self.look_at_topic(name))
    }

    fn partitions<'a>(&'a self, topic: &'a str) -> Answer<'a, Vec<PartitionDescription>> {
        Box::pin(self.look_at_partitions(topic))
    }

    fn topic_config<'a>(&'a self, topic: &'a str) -> Answer<'a, Vec<TopicConfig>> {
        Box::pin(self.config_of(topic))
    }

    fn grow_topic<'a>(&'a self, topic: &'a str, total: i32) -> Answer<'a, ()> {
        Box::pin(self.grow(topic, total))
    }

    fn configure_topic<'a>(&'a self, topic: &'a str, config: &'a BTreeMap<String, String>) -> Answer<'a, ()> {
        Box::pin(self.configure(topic, config))
    }

    fn delete_topic<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        Box::pin(self.delete(name))
    }

    fn offsets<'a>(&'a self, topic: &'a str) -> Answer<'a, Vec<(i64, i64)>> {
        Box::pin(self.ends(topic))
    }

    fn offsets_at<'a>(&'a self, topic: &'a str, timestamp: i64) -> Answer<'a, Vec<Option<i64>>> {
        Box::pin(self.find_time(topic, timestamp))
    }

    fn groups(&self) -> Answer<'_, Vec<GroupListing>> {
        Box::pin(self.list_groups())
    }

    fn describe_group<'a>(&'a self, group: &'a str) -> Answer<'a, Option<GroupDescription>> {
        Box::pin(self.look_at_group(group))
    }

    fn committed<'a>(&'a self, group: &'a str, topic: &'a str) -> Answer<'a, Vec<Option<i64>>> {
        Box::pin(self.committed_on(group, topic))
    }

    fn group_offsets<'a>(&'a self, group: &'a str) -> Answer<'a, Vec<(TopicPartition, i64)>> {
        Box::pin(self.committed_by(group))
    }

    fn set_group_offsets<'a>(
        &'a self,
        group: &'a str,
        offsets: &'a [(TopicPartition, i64)],
    ) -> Answer<'a, ()> {
        Box::pin(self.commit_for(group, offsets))
    }
}
