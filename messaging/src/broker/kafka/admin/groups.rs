//! Groups: who is in them, and what they committed.

use std::time::Duration;

use rdkafka::client::Client;
use rdkafka::consumer::Consumer;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio::time::{Instant, sleep};

use super::super::error::code;
use super::super::{blocking, ffi};
use super::{KafkaAdmin, LOOK, Quiet, SEEN, observer, offsets};
use crate::broker::{BrokerError, GroupDescription, GroupListing, GroupState, TopicPartition};

impl KafkaAdmin {
    pub(super) async fn list_groups(&self) -> Result<Vec<GroupListing>, BrokerError> {
        let asked = self.ask_coordinator(|client, limit| {
            let mut groups = ffi::groups::list(client, limit)?;
            groups.sort();
            Ok(groups)
        });
        asked
            .await?
            .map_err(|e| self.explain("listing the groups", None, &e))
    }

    pub(super) async fn look_at_group(&self, group: &str) -> Result<Option<GroupDescription>, BrokerError> {
        let name = group.to_owned();
        let asked = self.ask_coordinator(move |client, limit| ffi::groups::describe(client, &name, limit));
        match asked.await? {
            // Of a group that is not there, some brokers say that it is dead.
            Ok(found) => Ok(found.filter(|group| group.state != GroupState::Dead)),
            Err(error) if code(&error) == Some(RDKafkaErrorCode::GroupIdNotFound) => Ok(None),
            Err(error) => Err(self.group_error("looking at", group, &error)),
        }
    }

    pub(super) async fn committed_on(
        &self,
        group: &str,
        topic: &str,
    ) -> Result<Vec<Option<i64>>, BrokerError> {
        let count = self.known(topic).await?;
        let (config, name, limit) = (
            self.config.observer(group),
            topic.to_owned(),
            self.config.request_timeout,
        );
        // A consumer waits for the coordinator by itself.
        let tokens = self.config.tokens().cloned();
        let asked = blocking("kafka-committed", move || {
            let consumer = observer(&config, tokens.as_ref())?;
            let mut list = TopicPartitionList::new();
            list.add_partition_range(&name, 0, count - 1);
            offsets::offsets(&consumer.committed_offsets(list, limit)?)
        });
        let what = format!("reading the offsets of the group \"{group}\"");
        asked.await?.map_err(|e| self.explain(&what, Some(topic), &e))
    }

    pub(super) async fn committed_by(&self, group: &str) -> Result<Vec<(TopicPartition, i64)>, BrokerError> {
        // First a question that waits for the coordinator: without one, librdkafka 2.12 crashes on the answer to the
        // next.
        if self.look_at_group(group).await?.is_none() {
            return Ok(Vec::new());
        }
        let name = group.to_owned();
        let asked = self.ask_coordinator(move |client, limit| {
            let mut offsets = ffi::groups::offsets(client, &name, limit)?;
            offsets.sort();
            Ok(offsets)
        });
        match asked.await? {
            Err(error) if code(&error) == Some(RDKafkaErrorCode::GroupIdNotFound) => Ok(Vec::new()),
            answer => answer.map_err(|e| self.group_error("reading the offsets of", group, &e)),
        }
    }

    pub(super) async fn commit_for(
        &self,
        group: &str,
        offsets: &[(TopicPartition, i64)],
    ) -> Result<(), BrokerError> {
        if offsets.is_empty() {
            return Ok(());
        }
        let (name, list) = (group.to_owned(), self.list_of(group, offsets)?);
        let asked =
            self.ask_coordinator(move |client, limit| ffi::groups::set_offsets(client, &name, &list, limit));
        match asked.await? {
            Err(error) if is_live(&error) => Err(BrokerError::GroupLive {
                group: group.to_owned(),
            }),
            answer => answer.map_err(|e| self.group_error("setting the offsets of", group, &e)),
        }
    }

    /// As [`KafkaAdmin::ask`]. A coordinator that has just been chosen, such as at the first group of a cluster, reads
    /// its groups before it answers.
    async fn ask_coordinator<T: Send + 'static>(
        &self,
        call: impl Fn(&Client<Quiet>, Duration) -> KafkaResult<T> + Clone + Send + 'static,
    ) -> Result<KafkaResult<T>, BrokerError> {
        let end = Instant::now() + SEEN;
        loop {
            let answer = self.ask(call.clone()).await?;
            match &answer {
                Err(error) if coordinator_moves(error) && Instant::now() < end => sleep(LOOK).await,
                _ => return Ok(answer),
            }
        }
    }

    fn list_of(
        &self,
        group: &str,
        offsets: &[(TopicPartition, i64)],
    ) -> Result<TopicPartitionList, BrokerError> {
        let mut list = TopicPartitionList::new();
        for (at, offset) in offsets {
            list.add_partition_offset(&at.topic, at.partition, Offset::Offset(*offset))
                .map_err(|e| self.group_error("setting the offsets of", group, &e))?;
        }
        Ok(list)
    }

    fn group_error(&self, doing: &str, group: &str, error: &KafkaError) -> BrokerError {
        self.explain(&format!("{doing} the group \"{group}\""), None, error)
    }
}

fn coordinator_moves(error: &KafkaError) -> bool {
    matches!(
        code(error),
        Some(
            RDKafkaErrorCode::CoordinatorLoadInProgress
                | RDKafkaErrorCode::CoordinatorNotAvailable
                | RDKafkaErrorCode::NotCoordinator
        )
    )
}

/// Who is no member may commit only while there is none.
fn is_live(error: &KafkaError) -> bool {
    matches!(
        code(error),
        Some(
            RDKafkaErrorCode::UnknownMemberId
                | RDKafkaErrorCode::IllegalGeneration
                | RDKafkaErrorCode::RebalanceInProgress
                | RDKafkaErrorCode::StaleMemberEpoch
                | RDKafkaErrorCode::NonEmptyGroup
        )
    )
}
