//! What is looked at and made at the broker before the first record: topics, dead letter topics, new groups.

use std::collections::{BTreeMap, BTreeSet};

use super::connect;
use super::resolve::{Resolved, Source};
use crate::broker::{Admin, Broker, BrokerError, NewTopic, TopicDescription};
use crate::error::{Error, Kind, Result};
use crate::outcome::describe;
use crate::program::{how_to_configure, how_to_create};
use crate::settings::Settings;

/// How much larger than its record a dead letter may be: our headers.
const DEAD_LETTER_EXTRA: usize = 64 * 1024;

/// Makes topics that are not there yet, with the setting `topic_prefix` before their names. Says which it made.
pub(crate) async fn create(
    broker: Option<&dyn Broker>,
    settings: &Settings,
    topics: impl IntoIterator<Item = NewTopic>,
) -> Result<Vec<String>> {
    let broker = broker.ok_or(Kind::Disabled)?;
    connect::reach(broker, settings).await?;
    let prefix = settings.topic_prefix.as_deref().unwrap_or_default();
    let prefixed = |topic: NewTopic| NewTopic {
        name: format!("{prefix}{}", topic.name),
        ..topic
    };
    let topics: Vec<NewTopic> = topics.into_iter().map(prefixed).collect();
    let refused = |source| {
        Error::from(Kind::Broker {
            what: "the topics could not be created".into(),
            source,
        })
    };
    let admin = broker.admin().map_err(refused)?;
    admin.create_topics(&topics).await.map_err(refused)
}

/// Looks at the topics of all workers, names what is absent unless the broker makes it by itself, makes dead letter
/// topics when `create` says so, and names those that are too small. Gives the topics that it named as absent.
/// Nothing here stops a start: a broker that refuses to tell may still carry records.
pub(super) async fn prepare(
    admin: &dyn Admin,
    workers: &[&Resolved],
    create: bool,
    makes_topics: bool,
) -> BTreeSet<String> {
    let mut absent = BTreeSet::new();
    let (mut named, mut letters) = (BTreeSet::new(), BTreeMap::<&str, DeadLetters>::new());
    for worker in workers {
        for Source { topic, dlq_topic } in &worker.sources {
            let source = look(admin, topic).await;
            if source.is_none() && named.insert(topic) && !makes_topics {
                absent.insert(topic.clone());
                tracing::warn!(%topic, worker = %worker.name, "the topic does not exist; it is taken up once it is created, for example with `{}`", how_to_create(topic));
            }
            if worker.dead_letters() {
                letters.entry(dlq_topic).or_default().come_from(source);
            }
        }
        if let Some(output) = worker.output.as_ref().map(|output| &output.topic)
            && named.insert(output)
            && !makes_topics
            && look(admin, output).await.is_none()
        {
            absent.insert(output.clone());
            tracing::warn!(topic = %output, worker = %worker.name, "the output topic does not exist; unless the broker makes it by itself, outputs wait until it is created, for example with `{}`", how_to_create(output));
        }
    }
    let mut wanted = Vec::new();
    for (topic, letters) in letters {
        match look(admin, topic).await {
            Some(found) => letters.check(&found),
            None => wanted.push(letters.topic(topic)),
        }
    }
    if create {
        make(admin, &wanted).await;
    } else if !makes_topics {
        for topic in &wanted {
            tracing::warn!(topic = %topic.name, "the dead letter topic does not exist, and kafka_dlq_auto_create is false; unless the broker makes it by itself, a record that is given up waits until it is created");
        }
    }
    absent
}

/// Says when a group has never committed on a topic that has records: its first start handles, or skips, all of them.
pub(super) async fn announce_new_groups(admin: &dyn Admin, workers: &[&Resolved]) {
    for (worker, topic) in sources(workers) {
        let (Ok(committed), Ok(offsets)) = (
            admin.committed(&worker.group, topic).await,
            admin.offsets(topic).await,
        ) else {
            continue;
        };
        let records: i64 = offsets.iter().map(|(first, end)| end - first).sum();
        if records > 0 && committed.iter().all(Option::is_none) {
            tracing::warn!(group = %worker.group, group_from = worker.group_from, %topic, records,
                auto_offset_reset = worker.reset.as_str(), "the group is new on a topic that has records");
        }
    }
}

/// Every worker and consumer with each of its topics.
fn sources<'a>(workers: &[&'a Resolved]) -> Vec<(&'a Resolved, &'a str)> {
    let of = |worker: &&'a Resolved| {
        let worker: &'a Resolved = worker;
        worker
            .sources
            .iter()
            .map(move |source| (worker, source.topic.as_str()))
    };
    workers.iter().flat_map(of).collect()
}

/// What a dead letter topic must hold: the largest of all topics whose dead letters go there.
#[derive(Default)]
struct DeadLetters {
    partitions: Option<i32>,
    max_message_bytes: Option<usize>,
}

impl DeadLetters {
    fn come_from(&mut self, source: Option<TopicDescription>) {
        let Some(source) = source else { return };
        let bytes = source.max_message_bytes.map(|bytes| bytes + DEAD_LETTER_EXTRA);
        self.partitions = self.partitions.max(Some(source.partitions));
        self.max_message_bytes = self.max_message_bytes.max(bytes);
    }

    fn topic(&self, name: &str) -> NewTopic {
        let mut topic = NewTopic::named(name);
        topic.partitions = self.partitions;
        match self.max_message_bytes {
            Some(bytes) => topic.config("max.message.bytes", bytes.to_string()),
            None => topic,
        }
    }

    fn check(&self, found: &TopicDescription) {
        if let Some(bytes) = self.missed_by(found) {
            let topic = &found.name;
            tracing::warn!(%topic, max_message_bytes = found.max_message_bytes, "the dead letter topic takes smaller messages than dead letters may be; one that is too large stays unfinished until the topic takes it, for example after `{}`", how_to_widen(topic, bytes));
        }
    }

    /// What the largest message should be, where the topic's is smaller.
    fn missed_by(&self, found: &TopicDescription) -> Option<usize> {
        let (needed, limit) = (self.max_message_bytes?, found.max_message_bytes?);
        (limit < needed).then_some(needed)
    }
}

fn how_to_widen(topic: &str, bytes: usize) -> String {
    how_to_configure(topic, &format!("max.message.bytes={bytes}"))
}

/// The dead letter topics that take smaller messages than dead letters may be, each with the command that mends it.
#[cfg(feature = "cli")]
pub(crate) async fn too_small(admin: &dyn Admin, workers: &[Resolved]) -> BTreeMap<String, String> {
    let mut letters = BTreeMap::<&str, DeadLetters>::new();
    for worker in workers.iter().filter(|worker| worker.dead_letters()) {
        for Source { topic, dlq_topic } in &worker.sources {
            let source = admin.describe_topic(topic).await.ok().flatten();
            letters.entry(dlq_topic).or_default().come_from(source);
        }
    }
    let mut small = BTreeMap::new();
    for (topic, letters) in letters {
        let found = admin.describe_topic(topic).await.ok().flatten();
        if let Some(bytes) = found.and_then(|found| letters.missed_by(&found)) {
            small.insert(topic.to_owned(), how_to_widen(topic, bytes));
        }
    }
    small
}

async fn make(admin: &dyn Admin, topics: &[NewTopic]) {
    if topics.is_empty() {
        return;
    }
    match admin.create_topics(topics).await {
        Ok(made) => made
            .iter()
            .for_each(|topic| tracing::info!(%topic, "dead letter topic created")),
        Err(error) => {
            let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
            tracing::error!(topics = ?names, error = %describe(&error), "the dead letter topics could not be created; a record that is given up waits until they are");
        }
    }
}

async fn look(admin: &dyn Admin, topic: &str) -> Option<TopicDescription> {
    match admin.describe_topic(topic).await {
        Ok(found) => found,
        Err(BrokerError::UnknownTopic { .. }) => None,
        Err(error) => {
            tracing::warn!(topic, error = %describe(&error), "the topic could not be looked at");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(partitions: i32, max_message_bytes: Option<usize>) -> TopicDescription {
        let name = "t".to_owned();
        TopicDescription {
            name,
            partitions,
            max_message_bytes,
        }
    }

    #[test]
    fn a_shared_dead_letter_topic_suits_the_largest_of_its_sources() {
        let mut letters = DeadLetters::default();
        for source in [
            Some(topic(2, Some(3_000_000))),
            Some(topic(6, Some(1_000_000))),
            None,
        ] {
            letters.come_from(source);
        }
        let needed = 3_000_000 + DEAD_LETTER_EXTRA;
        let made = NewTopic::named("t.dlq").partitions(6);
        assert_eq!(
            letters.topic("t.dlq"),
            made.config("max.message.bytes", needed.to_string())
        );
        assert_eq!(letters.missed_by(&topic(1, Some(needed - 1))), Some(needed));
        assert_eq!(letters.missed_by(&topic(1, Some(needed))), None);
        assert_eq!(
            letters.missed_by(&topic(1, None)),
            None,
            "a broker that does not say"
        );
    }
}
