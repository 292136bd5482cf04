//! How far a replay is: a consumer group without members, so that Kafka's own tools show and reset it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::filter::Filter;
use crate::broker::{BrokerError, TopicPartition};
use crate::cli::connection::{Connection, failed};
use crate::cli::reading::Stretch;
use crate::error::{Kind, Result};

/// What stands before the topic in the group's name.
const GROUP: &str = "messaging.dlq-replay.";

/// How long a group may take until it has a coordinator.
const SETTLED: Duration = Duration::from_secs(10);

/// How long to wait before the next look.
const PAUSE: Duration = Duration::from_millis(100);

/// The place of one topic, and of one choice of its letters.
pub(super) struct Place {
    topic: Arc<str>,
    group: String,
    /// What is kept of each partition, as far as this process knows.
    kept: Vec<Option<i64>>,
}

impl Place {
    /// Each choice has its own: letters that one of them leaves out are still there for the others.
    pub(super) fn of(topic: &str, filter: &Filter) -> Place {
        Place {
            topic: topic.into(),
            group: format!("{GROUP}{topic}{}", filter.suffix()),
            kept: Vec::new(),
        }
    }

    pub(super) fn group(&self) -> &str {
        &self.group
    }

    /// What was not passed, of each partition.
    ///
    /// # Errors
    /// When the broker does not tell.
    pub(super) async fn left(
        &mut self,
        connection: &Connection,
        offsets: &[(i64, i64)],
    ) -> Result<Vec<Stretch>> {
        self.kept = self.committed(connection).await?;
        let stretches = (0..).zip(offsets).zip(&self.kept);
        Ok(stretches
            .map(|((partition, ends), committed)| left(partition, *ends, *committed))
            .collect())
    }

    /// Notes the offset of each partition from which the next replay goes on.
    ///
    /// # Errors
    /// When the broker does not keep it; when somebody else has moved the place meanwhile, as another replay does.
    pub(super) async fn keep(&mut self, connection: &Connection, offsets: &[(i32, i64)]) -> Result<()> {
        self.check_alone(connection).await?;
        for (partition, offset) in offsets {
            if let Some(kept) = self.kept.get_mut(*partition as usize) {
                *kept = Some(*offset);
            }
        }
        let at = |(partition, offset): &(i32, i64)| {
            let (topic, partition) = (self.topic.clone(), *partition);
            (TopicPartition { topic, partition }, *offset)
        };
        let offsets: Vec<_> = offsets.iter().map(at).collect();
        let kept = settled(async || connection.admin.set_group_offsets(&self.group, &offsets).await).await;
        kept.map_err(failed("how far the replay is could not be kept"))
    }

    /// Two replays at a time would send all letters twice; so the one that finds that another has moved the place
    /// stops.
    async fn check_alone(&self, connection: &Connection) -> Result<()> {
        let now = self.committed(connection).await?;
        // Partitions that were added meanwhile are for the next replay.
        if self.kept.iter().zip(&now).all(|(kept, now)| kept == now) {
            return Ok(());
        }
        let group = &self.group;
        let what = format!(
            "another replay of this topic runs, or the group \"{group}\" was reset meanwhile; let it end first"
        );
        Err(Kind::Usage(what).into())
    }

    async fn committed(&self, connection: &Connection) -> Result<Vec<Option<i64>>> {
        let committed = settled(async || connection.admin.committed(&self.group, &self.topic).await).await;
        committed.map_err(failed("how far the replay is could not be read"))
    }
}

/// The filters that have a place of their own for a topic, by the names of the broker's groups.
pub(super) fn filters(groups: &[String], topic: &str) -> impl Iterator<Item = Filter> {
    let own = format!("{GROUP}{topic}");
    groups
        .iter()
        .filter_map(move |group| Filter::of_suffix(group.strip_prefix(&own)?))
}

/// Asks again for a while: a group that is new, above all the first one of a broker, has no coordinator yet.
async fn settled<T>(ask: impl AsyncFn() -> Result<T, BrokerError>) -> Result<T, BrokerError> {
    let end = Instant::now() + SETTLED;
    loop {
        match ask().await {
            Err(error) if error.is_retriable() && Instant::now() < end => sleep(PAUSE).await,
            answer => return answer,
        }
    }
}

/// From what was kept; from the beginning when that is not, or no longer, an offset of the partition.
fn left(partition: i32, (first, end): (i64, i64), committed: Option<i64>) -> Stretch {
    let from = committed
        .filter(|offset| (first..=end).contains(offset))
        .unwrap_or(first);
    let end = Some(end);
    Stretch { partition, from, end }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::memory::MemoryBroker;
    use crate::broker::{Broker, NewTopic};
    use crate::settings::Settings;

    async fn connection() -> Connection {
        let broker = MemoryBroker::new();
        let admin = broker.admin().unwrap();
        let topic = NewTopic::named("t.dlq").partitions(2);
        admin.create_topics(&[topic]).await.unwrap();
        Connection {
            settings: Settings::default(),
            broker: Arc::new(broker),
            admin,
        }
    }

    #[tokio::test]
    async fn of_two_replays_at_a_time_one_stops() {
        let connection = connection().await;
        let place = || Place::of("t.dlq", &Filter::default());
        let (mut first, mut second) = (place(), place());
        for place in [&mut first, &mut second] {
            place.left(&connection, &[(0, 9), (0, 9)]).await.unwrap();
        }
        first.keep(&connection, &[(0, 3)]).await.unwrap();
        first.keep(&connection, &[(0, 5), (1, 2)]).await.unwrap();
        let error = second.keep(&connection, &[(0, 5), (1, 2)]).await.unwrap_err();
        assert!(
            error.report().contains("another replay of this topic runs"),
            "{error}"
        );
        first.keep(&connection, &[(1, 9)]).await.unwrap();
        let left = second.left(&connection, &[(0, 9), (0, 9)]).await.unwrap();
        assert_eq!(
            left.iter().map(|stretch| stretch.from).collect::<Vec<_>>(),
            [5, 9]
        );
    }

    #[test]
    fn the_places_of_a_topic_are_told_from_those_of_topics_that_begin_alike() {
        let groups =
            ["a", "a.worker=w", "a.dlq", "a.dlq.worker=w", "ab"].map(|name| format!("{GROUP}{name}"));
        let suffixes: Vec<String> = filters(&groups, "a").map(|filter| filter.suffix()).collect();
        assert_eq!(suffixes, ["", ".worker=w"]);
    }

    #[test]
    fn a_place_that_is_gone_is_the_beginning() {
        for (committed, from) in [(None, 5), (Some(7), 7), (Some(9), 9), (Some(2), 5), (Some(12), 5)] {
            assert_eq!(left(0, (5, 9), committed).from, from, "{committed:?}");
        }
    }
}
