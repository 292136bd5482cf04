//! What is looked at and made at the broker before the first record: topics and dead letter topics.
//!
//! Each topic is looked at once, and several at a time: a start that asks one after the other takes long with many
//! workers.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt};

use super::connect;
use super::resolve::Resolved;
use crate::broker::{Admin, Broker, BrokerError, NewTopic, TopicDescription};
use crate::error::{Error, Kind, Result};
use crate::outcome::describe;
use crate::program::how_to_create;
use crate::settings::Settings;

mod dead_letters;
mod late;
mod new_groups;
#[cfg(test)]
mod tests;

pub(super) use late::LateTopics;
pub(super) use new_groups::announce_new_groups;

/// How many questions the broker is asked at a time.
const AT_A_TIME: usize = 8;

/// What was found of each name that could be looked at; `None`: nothing.
type Found = BTreeMap<String, Option<TopicDescription>>;

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
    let mut found = look_at(admin, names(workers, !makes_topics)).await;
    if create {
        dead_letters::make_absent(admin, workers, &mut found).await;
    }
    let absent = match makes_topics {
        true => BTreeSet::new(),
        false => name_absent(workers, &found),
    };
    dead_letters::check(workers, &found, create || makes_topics);
    absent
}

/// The dead letter topics that take smaller messages than dead letters may be, each with the command that mends it.
#[cfg(feature = "cli")]
pub(crate) async fn too_small(admin: &dyn Admin, workers: &[Resolved]) -> BTreeMap<String, String> {
    let workers: Vec<&Resolved> = workers.iter().collect();
    let found = look_at(admin, names(&workers, false)).await;
    dead_letters::too_small(&workers, &found)
}

/// Every topic of the workers, once.
fn names<'a>(workers: &[&'a Resolved], outputs: bool) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for worker in workers {
        names.extend(worker.sources.iter().map(|source| source.topic.as_str()));
        if worker.dead_letters() {
            names.extend(worker.sources.iter().map(|source| source.dlq_topic.as_str()));
        }
        let output = worker.output.iter().map(|output| output.topic.as_str());
        names.extend(output.filter(|_| outputs));
    }
    names
}

async fn look_at(admin: &dyn Admin, names: BTreeSet<&str>) -> Found {
    let look = |name: &str| {
        let name = name.to_owned();
        async move {
            let found = look(admin, &name).await?;
            Some((name, found))
        }
    };
    let found = several(names.into_iter().map(look)).await;
    found.into_iter().flatten().collect()
}

/// Waits for questions, so many at a time; the answers come in the order of the questions.
pub(crate) async fn several<F: Future>(questions: impl Iterator<Item = F>) -> Vec<F::Output> {
    // A stream that holds a closure cannot be spawned.
    let questions: Vec<F> = questions.collect();
    stream::iter(questions).buffered(AT_A_TIME).collect().await
}

/// Names what is read or written and not there, each once.
fn name_absent(workers: &[&Resolved], found: &Found) -> BTreeSet<String> {
    let mut absent = BTreeSet::new();
    let mut is_new =
        |topic: &str| found.get(topic).is_some_and(Option::is_none) && absent.insert(topic.to_owned());
    for worker in workers {
        for topic in worker.sources.iter().map(|source| &source.topic) {
            if is_new(topic) {
                tracing::warn!(%topic, worker = %worker.name, "the topic does not exist; it is taken up once it is created, for example with `{}`", how_to_create(topic));
            }
        }
        if let Some(topic) = worker.output.as_ref().map(|output| &output.topic)
            && is_new(topic)
        {
            tracing::warn!(%topic, worker = %worker.name, "the output topic does not exist; unless the broker makes it by itself, outputs wait until it is created, for example with `{}`", how_to_create(topic));
        }
    }
    absent
}

/// `None`: nobody knows whether it is there.
async fn look(admin: &dyn Admin, topic: &str) -> Option<Option<TopicDescription>> {
    match admin.describe_topic(topic).await {
        Ok(found) => Some(found),
        Err(BrokerError::UnknownTopic { .. }) => Some(None),
        Err(error) => {
            tracing::warn!(topic, error = %describe(&error), "the topic could not be looked at");
            None
        }
    }
}
