//! Where the records of a topic begin, end, and are at a time.

use rdkafka::consumer::Consumer;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio::time::{Instant, sleep};

use super::super::blocking;
use super::{KafkaAdmin, LOOK, SEEN, observer};
use crate::broker::BrokerError;

impl KafkaAdmin {
    /// The first and the next offset of each partition.
    pub(super) async fn ends(&self, topic: &str) -> Result<Vec<(i64, i64)>, BrokerError> {
        let count = self.known(topic).await?;
        let end = Instant::now() + SEEN;
        loop {
            let name = topic.to_owned();
            let asked = self.ask(move |client, limit| {
                let partitions = 0..count;
                partitions
                    .map(|p| client.fetch_watermarks(&name, p, limit))
                    .collect()
            });
            match asked.await? {
                Err(error) if leader_moves(&error) && Instant::now() < end => sleep(LOOK).await,
                Err(error) => {
                    let what = format!("reading the offsets of the topic \"{topic}\"");
                    return Err(self.explain(&what, Some(topic), &error));
                }
                Ok(offsets) => return Ok(offsets),
            }
        }
    }

    /// For each partition: the first offset that is not older.
    pub(super) async fn find_time(
        &self,
        topic: &str,
        timestamp: i64,
    ) -> Result<Vec<Option<i64>>, BrokerError> {
        let count = self.known(topic).await?;
        // Of rdkafka's clients only a consumer asks for times; without a group it joins none.
        let (config, limit) = (self.config.admin(), self.config.request_timeout);
        let name = topic.to_owned();
        let tokens = self.config.tokens().cloned();
        let asked = blocking("kafka-times", move || {
            let consumer = observer(&config, tokens.as_ref())?;
            let mut times = TopicPartitionList::new();
            for partition in 0..count {
                times.add_partition_offset(&name, partition, Offset::Offset(timestamp))?;
            }
            offsets(&consumer.offsets_for_times(times, limit)?)
        });
        let what = format!("looking for a time in the topic \"{topic}\"");
        asked.await?.map_err(|e| self.explain(&what, Some(topic), &e))
    }
}

/// In the order of their partitions; `None` for one that has none.
pub(super) fn offsets(list: &TopicPartitionList) -> KafkaResult<Vec<Option<i64>>> {
    let mut elements = list.elements();
    elements.sort_by_key(|element| element.partition());
    let offset = |offset| match offset {
        Offset::Offset(offset) => Some(offset),
        _ => None,
    };
    elements
        .iter()
        .map(|element| element.error().map(|()| offset(element.offset())))
        .collect()
}

/// Right after a topic was made, or while a leader moves, a broker may not know yet that it leads.
fn leader_moves(error: &KafkaError) -> bool {
    let code = error.rdkafka_error_code();
    matches!(
        code,
        Some(RDKafkaErrorCode::NotLeaderForPartition | RDKafkaErrorCode::LeaderNotAvailable)
    )
}
