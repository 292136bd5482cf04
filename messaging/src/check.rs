//! The start-up check: whether handlers, topics, groups, state and settings fit together. It connects to nothing.

pub(crate) mod consumers;
pub(crate) mod expected;
pub(crate) mod overrides;
mod ranges;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::app::{Given, Resolved, Standing, lacking};
use crate::extract::Missing;
use crate::handler::ErasedHandler;
use crate::name::{NameError, check_group, check_topic, check_worker};
#[cfg(feature = "kafka")]
use crate::settings::MessageBroker;
use crate::settings::{OffsetReset, Settings};
use crate::spec::{Kind, Place};

use ranges::ranges;
use values::repeated_values;

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    what: String,
    places: Vec<Place>,
}

impl Problem {
    pub(crate) fn new(what: impl Into<String>, places: impl Into<Vec<Place>>) -> Problem {
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

    /// Nothing but this one.
    pub(crate) fn of(problem: Problem) -> Problems {
        Problems(vec![problem])
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

/// A worker or a consumer with its handler, or with what the extractors lack.
pub(crate) type Built<'a> = (&'a Resolved, Result<&'a dyn ErasedHandler, &'a [Problem]>);

/// Everything that does not fit.
pub(crate) fn check(
    settings: &Settings,
    standing: Standing,
    given: &[Given],
    workers: &[Built<'_>],
) -> Vec<Problem> {
    let mut problems = Vec::from_iter(backend(settings));
    let resolved: Vec<&Resolved> = workers.iter().map(|(resolved, ..)| *resolved).collect();
    problems.extend(overrides::judge(settings, &resolved, standing).problems);
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
            Err(missing) => problems.extend(missing.iter().cloned()),
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

/// What a worker's extractor lacks.
pub(crate) fn lacks(worker: &Resolved, missing: &Missing) -> Problem {
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
        let output = worker.output.as_ref().map(|output| &output.topic);
        let topics = worker.sources.iter().map(|source| &source.topic).chain(output);
        let checks = topics
            .map(|topic| check_topic(topic))
            .chain([check_dead_letters(worker)]);
        let checks = checks.chain([check_worker(&worker.name), check_group(&worker.group)]);
        for error in checks.filter_map(Result::err) {
            problems.push(Problem::new(
                format!("{} \"{}\": {error}", worker.kind, worker.name),
                [worker.place],
            ));
        }
    }
    problems
}

/// The default dead letter topic is named after its source, so one mistake is said once.
fn check_dead_letters(worker: &Resolved) -> Result<(), NameError> {
    let dead_letters = worker.sources.iter().filter(|_| worker.dead_letters());
    let named = dead_letters.filter(|source| check_topic(&source.topic).is_ok());
    let mut checks = named.map(|source| check_topic(&source.dlq_topic));
    checks.find(Result::is_err).unwrap_or(Ok(()))
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
                "{} {} are named \"{name}\"; give each its own with `name`",
                found.len(),
                kinds(&found)
            ),
            places(&found),
        )
    };
    twice.into_iter().map(problem).collect()
}

/// What these are, in the plural.
fn kinds(found: &[&Resolved]) -> &'static str {
    let consumers = found
        .iter()
        .filter(|worker| worker.kind == Kind::Consumer)
        .count();
    match consumers {
        0 => "workers",
        all if all == found.len() => "consumers",
        _ => "workers and consumers",
    }
}

fn duplicate_handlers(workers: &[&Resolved]) -> Vec<Problem> {
    let mut by_topic: BTreeMap<(&str, &str), Vec<&Resolved>> = BTreeMap::new();
    for worker in workers {
        let topics: BTreeSet<&str> = worker
            .sources
            .iter()
            .map(|source| source.topic.as_str())
            .collect();
        for topic in topics {
            by_topic.entry((&worker.group, topic)).or_default().push(worker);
        }
    }
    let twice = by_topic.into_iter().filter(|(_, found)| found.len() > 1);
    let problem = |((group, topic), found): ((&str, &str), Vec<&Resolved>)| {
        let names: Vec<String> = found
            .iter()
            .map(|worker| format!("\"{}\"", worker.name))
            .collect();
        let what = format!(
            "{} {} handle topic \"{topic}\" in one group, \"{group}\"; give each its own `group_id`, or make them one",
            kinds(&found),
            names.join(" and ")
        );
        Problem::new(what, places(&found))
    };
    twice.map(problem).collect()
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
            "group \"{group}\" is one client, but its {} differ in `auto_offset_reset`: {}; make them equal, or give one its own `group_id`",
            kinds(&found),
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
        for topic in path.last()?.dlq_topics() {
            if worker.reads(topic) {
                let what = format!(
                    "{} \"{}\" would read its own dead letters from \"{topic}\", for ever; give it another `dlq_topic`, or `on_exhausted = \"skip\"`",
                    worker.kind, worker.name
                );
                return Some(Problem::new(what, places(&path)));
            }
            let readers = workers.iter().filter(|reader| reader.reads(topic));
            let unseen = readers.filter(|reader| path.iter().all(|seen| !std::ptr::eq(*seen, **reader)));
            paths.extend(unseen.map(|reader| [&path[..], &[*reader]].concat()));
        }
    }
    None
}
