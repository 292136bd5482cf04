//! The start-up check: whether handlers, topics, groups, state and settings fit together. It connects to nothing.

mod overrides;
mod ranges;
mod values;

use std::collections::BTreeMap;
use std::fmt;

use crate::app::{Given, Resolved, lacking};
use crate::extract::Missing;
use crate::handler::ErasedHandler;
use crate::name::{check_group, check_topic, check_worker};
#[cfg(feature = "kafka")]
use crate::settings::MessageBroker;
use crate::settings::{OffsetReset, Settings};
use crate::spec::Place;

use overrides::overrides;
use ranges::ranges;
use values::repeated_values;

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    what: String,
    places: Vec<Place>,
}

impl Problem {
    fn new(what: impl Into<String>, places: impl Into<Vec<Place>>) -> Problem {
        Problem {
            what: what.into(),
            places: places.into(),
        }
    }

    /// Where in the source; empty for a problem of the settings.
    pub fn places(&self) -> &[Place] {
        &self.places
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for (index, place) in self.places.iter().enumerate() {
            write!(f, "{}{place}", if index == 0 { " (" } else { ", " })?;
        }
        if self.places.is_empty() {
            Ok(())
        } else {
            f.write_str(")")
        }
    }
}

/// All that does not fit, one per line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn new(all: Vec<Problem>) -> Option<Problems> {
        (!all.is_empty()).then_some(Problems(all))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "{count} {}", if count == 1 { "problem" } else { "problems" })?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

/// A worker with its handler, or with what its extractors lack.
pub(crate) type Built<'a> = (&'a Resolved, Result<&'a dyn ErasedHandler, &'a [Missing]>);

/// Everything that does not fit.
pub(crate) fn check(settings: &Settings, given: &[Given], workers: &[Built<'_>]) -> Vec<Problem> {
    let mut problems = Vec::from_iter(backend(settings));
    let resolved: Vec<&Resolved> = workers.iter().map(|(resolved, ..)| *resolved).collect();
    problems.extend(overrides(settings, &resolved));
    problems.extend(names(&resolved));
    problems.extend(duplicate_names(&resolved));
    problems.extend(duplicate_handlers(&resolved));
    problems.extend(repeated_values(given));
    problems.extend(resets(&resolved));
    problems.extend(resolved.iter().flat_map(|worker| ranges(worker)));
    problems.extend(
        resolved
            .iter()
            .filter_map(|worker| dead_letter_loop(worker, &resolved)),
    );
    for (worker, made) in workers {
        match made {
            Ok(handler) => problems.extend(unfit(worker, *handler)),
            Err(missing) => problems.extend(missing.iter().map(|missing| lacks(worker, missing))),
        }
    }
    problems
}

/// What a worker's keys and its handler's types say against each other.
fn unfit(worker: &Resolved, handler: &dyn ErasedHandler) -> Vec<Problem> {
    let mut whats = Vec::new();
    if worker.batch_keys && !handler.is_batch() {
        whats.push("has `batch_size` or `batch_timeout`, but its handler takes one record at a time; take `Batch<_>` first");
    }
    if worker.output.is_none() && handler.needs_output_topic() {
        whats.push("returns something to publish and has no output topic; add `output_topic = \"…\"`, or return a `Message` with a topic, or `()`");
    }
    let problem = |what| Problem::new(format!("worker \"{}\" {what}", worker.name), [worker.place]);
    whats.into_iter().map(problem).collect()
}

fn lacks(worker: &Resolved, missing: &Missing) -> Problem {
    Problem::new(format!("worker \"{}\": {missing}", worker.name), [worker.place])
}

fn backend(settings: &Settings) -> Option<Problem> {
    let what = lacking(settings).or_else(|| refused(settings))?;
    Some(Problem::new(what, []))
}

/// What the client was not built with.
#[cfg(feature = "kafka")]
fn refused(settings: &Settings) -> Option<String> {
    let used = settings.message_broker == MessageBroker::Kafka && settings.kafka_enabled;
    let config = used.then(|| crate::broker::kafka::KafkaConfig::from(settings))?;
    let refused = config.check(|key| settings.place_of(key)).err()?;
    Some(refused.to_string())
}

#[cfg(not(feature = "kafka"))]
fn refused(_: &Settings) -> Option<String> {
    None
}

fn names(workers: &[&Resolved]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for worker in workers {
        // The default dead letter topic is named after the topic, so one mistake is said once.
        let dlq = (worker.dead_letters() && check_topic(&worker.topic).is_ok()).then_some(&worker.dlq_topic);
        let output = worker.output.as_ref().map(|output| &output.topic);
        let topics = [Some(&worker.topic), output, dlq];
        let checks = topics.into_iter().flatten().map(|topic| check_topic(topic));
        let checks = checks.chain([check_worker(&worker.name), check_group(&worker.group)]);
        for error in checks.filter_map(Result::err) {
            problems.push(Problem::new(
                format!("worker \"{}\": {error}", worker.name),
                [worker.place],
            ));
        }
    }
    problems
}

/// Groups that have more than one entry, with their places.
fn repeated<'a, K: Ord>(
    workers: &[&'a Resolved],
    key: impl Fn(&'a Resolved) -> K,
) -> Vec<(K, Vec<&'a Resolved>)> {
    let mut by_key: BTreeMap<K, Vec<&Resolved>> = BTreeMap::new();
    for worker in workers {
        by_key.entry(key(worker)).or_default().push(worker);
    }
    by_key.into_iter().filter(|(_, found)| found.len() > 1).collect()
}

fn places(workers: &[&Resolved]) -> Vec<Place> {
    workers.iter().map(|worker| worker.place).collect()
}

fn duplicate_names(workers: &[&Resolved]) -> Vec<Problem> {
    let twice = repeated(workers, |worker| worker.name.as_str());
    let problem = |(name, found): (&str, Vec<&Resolved>)| {
        Problem::new(
            format!(
                "{} workers are named \"{name}\"; give each its own with `name`",
                found.len()
            ),
            places(&found),
        )
    };
    twice.into_iter().map(problem).collect()
}

fn duplicate_handlers(workers: &[&Resolved]) -> Vec<Problem> {
    let twice = repeated(workers, |worker| (worker.group.as_str(), worker.topic.as_str()));
    let problem = |((group, topic), found): ((&str, &str), Vec<&Resolved>)| {
        let names: Vec<String> = found
            .iter()
            .map(|worker| format!("\"{}\"", worker.name))
            .collect();
        let what = format!(
            "workers {} handle topic \"{topic}\" in one group, \"{group}\"; give each its own `group_id`, or make them one",
            names.join(" and ")
        );
        Problem::new(what, places(&found))
    };
    twice.into_iter().map(problem).collect()
}

fn resets(workers: &[&Resolved]) -> Vec<Problem> {
    let groups = repeated(workers, |worker| worker.group.as_str());
    let differ = |found: &[&Resolved]| found.iter().any(|worker| worker.reset != found[0].reset);
    let problem = |(group, found): (&str, Vec<&Resolved>)| {
        let given: Vec<String> = found
            .iter()
            .map(|w| format!("\"{}\" {}", w.name, reset_word(w.reset)))
            .collect();
        let what = format!(
            "group \"{group}\" is one client, but its workers differ in `auto_offset_reset`: {}; make them equal, or give one its own `group_id`",
            given.join(", ")
        );
        Problem::new(what, places(&found))
    };
    groups
        .into_iter()
        .filter(|(_, found)| differ(found))
        .map(problem)
        .collect()
}

fn reset_word(reset: OffsetReset) -> &'static str {
    reset.as_str()
}

/// Follows a worker's dead letters from reader to reader, back to the worker itself.
fn dead_letter_loop(worker: &Resolved, workers: &[&Resolved]) -> Option<Problem> {
    let mut paths = vec![vec![worker]];
    while let Some(path) = paths.pop() {
        let topic = path
            .last()
            .filter(|last| last.dead_letters())
            .map(|last| &last.dlq_topic);
        let Some(topic) = topic else { continue };
        if *topic == worker.topic {
            let what = format!(
                "worker \"{}\" would read its own dead letters from \"{}\", for ever; give it another `dlq_topic`, or `on_exhausted = \"skip\"`",
                worker.name, worker.topic
            );
            return Some(Problem::new(what, places(&path)));
        }
        let readers = workers.iter().filter(|reader| reader.topic == *topic);
        let unseen = readers.filter(|reader| path.iter().all(|seen| !std::ptr::eq(*seen, **reader)));
        paths.extend(unseen.map(|reader| [&path[..], &[*reader]].concat()));
    }
    None
}
