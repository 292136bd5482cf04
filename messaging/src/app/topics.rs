//! What is looked at and made at the broker before the first record: dead letter topics, absent topics, new groups.

use std::collections::BTreeSet;

use super::Resolved;
use crate::broker::{Admin, BrokerError, NewTopic};
use crate::outcome::describe;

/// How much larger than its record a dead letter may be: our headers.
const DEAD_LETTER_EXTRA: usize = 64 * 1024;

/// Looks at the topics of all workers, names what is absent unless the broker makes it by itself, and makes dead letter
/// topics when `create` says so. Nothing here stops a start: a broker that refuses to tell may still carry records.
pub(super) async fn prepare(admin: &dyn Admin, workers: &[&Resolved], create: bool, makes_topics: bool) {
    let (mut named, mut wanted) = (BTreeSet::new(), Vec::new());
    for worker in workers {
        let source = look(admin, &worker.topic).await;
        if source.is_none() && named.insert(&worker.topic) && !makes_topics {
            tracing::warn!(topic = %worker.topic, worker = %worker.name, "the topic does not exist; it is taken up once it is created, for example with `kafka-topics.sh --create --topic {}`", worker.topic);
        }
        if let Some(output) = worker.output.as_ref().map(|output| &output.topic)
            && named.insert(output)
            && !makes_topics
            && look(admin, output).await.is_none()
        {
            tracing::warn!(topic = %output, worker = %worker.name, "the output topic does not exist; outputs wait until it is created, for example with `kafka-topics.sh --create --topic {output}`");
        }
        if worker.dead_letters()
            && named.insert(&worker.dlq_topic)
            && look(admin, &worker.dlq_topic).await.is_none()
        {
            wanted.push(dead_letter_topic(worker, source));
        }
    }
    if create {
        make(admin, &wanted).await;
    } else if !makes_topics {
        for topic in &wanted {
            tracing::warn!(topic = %topic.name, "the dead letter topic does not exist, and kafka_dlq_auto_create is false; a record that is given up waits until it is created");
        }
    }
}

/// Says when a group has never committed on a topic that has records: its first start handles, or skips, all of them.
pub(super) async fn announce_new_groups(admin: &dyn Admin, workers: &[&Resolved]) {
    for worker in workers {
        let (Ok(committed), Ok(offsets)) = (
            admin.committed(&worker.group, &worker.topic).await,
            admin.offsets(&worker.topic).await,
        ) else {
            continue;
        };
        let records: i64 = offsets.iter().map(|(first, end)| end - first).sum();
        if records > 0 && committed.iter().all(Option::is_none) {
            tracing::warn!(group = %worker.group, group_from = worker.group_from, topic = %worker.topic, records,
                auto_offset_reset = worker.reset.as_str(), "the group is new on a topic that has records");
        }
    }
}

fn dead_letter_topic(worker: &Resolved, source: Option<crate::broker::TopicDescription>) -> NewTopic {
    let topic = NewTopic::named(&worker.dlq_topic);
    let Some(source) = source else { return topic };
    let topic = topic.partitions(source.partitions);
    match source.max_message_bytes {
        Some(bytes) => topic.config("max.message.bytes", (bytes + DEAD_LETTER_EXTRA).to_string()),
        None => topic,
    }
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

async fn look(admin: &dyn Admin, topic: &str) -> Option<crate::broker::TopicDescription> {
    match admin.describe_topic(topic).await {
        Ok(found) => found,
        Err(BrokerError::UnknownTopic { .. }) => None,
        Err(error) => {
            tracing::warn!(topic, error = %describe(&error), "the topic could not be looked at");
            None
        }
    }
}
