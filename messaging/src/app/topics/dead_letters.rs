//! Dead letter topics: made where they are absent, and named where they are too small.

use std::collections::BTreeMap;

use super::Found;
use crate::app::resolve::{Resolved, Source};
use crate::broker::{Admin, NewTopic, TopicDescription};
use crate::outcome::describe;
use crate::program::how_to_configure;

/// How much larger than its record a dead letter may be: our headers.
const EXTRA: usize = 64 * 1024;

/// The largest batch of records that a topic takes, among its configuration.
const ROOM: &str = "max.message.bytes";

/// Makes those that are absent, and notes in `found` that they are there: they may be topics of workers themselves. One
/// whose sources are all absent is not made yet: nobody knows how many partitions and how much room it needs.
pub(super) async fn make_absent(admin: &dyn Admin, workers: &[&Resolved], found: &mut Found) {
    loop {
        let letters = of(workers, found).into_iter();
        let absent = letters.filter(|(topic, letters)| is_absent(found, topic) && letters.is_known());
        let wanted: Vec<NewTopic> = absent.map(|(topic, letters)| letters.topic(topic)).collect();
        if wanted.is_empty() || !make(admin, &wanted).await {
            return;
        }
        found.extend(
            wanted
                .into_iter()
                .map(|topic| (topic.name.clone(), Some(described(topic)))),
        );
    }
}

/// Names those that are absent when nobody makes them, and those that are too small.
pub(super) fn check(workers: &[&Resolved], found: &Found, is_made: bool) {
    for (topic, letters) in of(workers, found) {
        match found.get(topic) {
            Some(Some(found)) => letters.check(found),
            Some(None) if !is_made => {
                tracing::warn!(
                    topic,
                    "the dead letter topic does not exist, and kafka_dlq_auto_create is false; unless the broker makes it by itself, a record that is given up waits until it is created"
                );
            }
            _ => {}
        }
    }
}

/// Those that are too small, each with the command that mends it.
#[cfg(feature = "cli")]
pub(super) fn too_small(workers: &[&Resolved], found: &Found) -> BTreeMap<String, String> {
    let mends = |(topic, letters): (&str, DeadLetters)| {
        let bytes = letters.missed_by(found.get(topic)?.as_ref()?)?;
        Some((topic.to_owned(), how_to_widen(topic, bytes)))
    };
    of(workers, found).into_iter().filter_map(mends).collect()
}

fn is_absent(found: &Found, topic: &str) -> bool {
    found.get(topic).is_some_and(Option::is_none)
}

/// A topic that was just made.
fn described(topic: NewTopic) -> TopicDescription {
    let bytes = topic.config.get(ROOM);
    TopicDescription {
        partitions: topic.partitions.unwrap_or(1),
        max_message_bytes: bytes.and_then(|bytes| bytes.parse().ok()),
        name: topic.name,
    }
}

/// What each of them must hold.
fn of<'a>(workers: &[&'a Resolved], found: &Found) -> BTreeMap<&'a str, DeadLetters> {
    let mut letters = BTreeMap::<&str, DeadLetters>::new();
    for worker in workers.iter().filter(|worker| worker.dead_letters()) {
        for Source { topic, dlq_topic } in &worker.sources {
            let source = found.get(topic).and_then(Option::as_ref);
            letters.entry(dlq_topic).or_default().come_from(source);
        }
    }
    letters
}

/// What a dead letter topic must hold: the largest of all topics whose dead letters go there.
#[derive(Default)]
struct DeadLetters {
    partitions: Option<i32>,
    max_message_bytes: Option<usize>,
}

impl DeadLetters {
    fn come_from(&mut self, source: Option<&TopicDescription>) {
        let Some(source) = source else { return };
        let bytes = source.max_message_bytes.map(|bytes| bytes + EXTRA);
        self.partitions = self.partitions.max(Some(source.partitions));
        self.max_message_bytes = self.max_message_bytes.max(bytes);
    }

    /// Whether any of the topics that they come from is there.
    fn is_known(&self) -> bool {
        self.partitions.is_some()
    }

    fn topic(&self, name: &str) -> NewTopic {
        let mut topic = NewTopic::named(name);
        topic.partitions = self.partitions;
        match self.max_message_bytes {
            Some(bytes) => topic.config(ROOM, bytes.to_string()),
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
    how_to_configure(topic, &format!("{ROOM}={bytes}"))
}

/// Says whether they are there now.
async fn make(admin: &dyn Admin, topics: &[NewTopic]) -> bool {
    match admin.create_topics(topics).await {
        Ok(made) => {
            made.iter()
                .for_each(|topic| tracing::info!(%topic, "dead letter topic created"));
            true
        }
        Err(error) => {
            let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
            tracing::error!(topics = ?names, error = %describe(&error), "the dead letter topics could not be created; a record that is given up waits until they are");
            false
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
            letters.come_from(source.as_ref());
        }
        let needed = 3_000_000 + EXTRA;
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
