//! From a description and the settings to what a worker or a consumer is told at run time. Defaults are applied here,
//! once.

use std::time::Duration;

use crate::delivery::Rules;
use crate::delivery::policy::{OnExhausted, RetryPolicy};
use crate::program;
use crate::settings::{
    Layer, OffsetReset, Origin, Resolved as Strongest, Settings, WorkerLayer, WorkerOverride,
};
use crate::spec::{Decided, Keys, Kind, Place, Subject, Target, WORKER_KEYS, WorkerKey};

/// A worker or a consumer with every key decided; all topics carry the prefix.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) group: String,
    /// Where the group's name came from, for the start-up log.
    pub(crate) group_from: &'static str,
    /// One, unless it is a consumer.
    pub(crate) sources: Vec<Source>,
    pub(crate) output: Option<Target>,
    pub(crate) reset: OffsetReset,
    pub(crate) timeout: Option<Duration>,
    /// Whether `batch_size` or `batch_timeout` was given.
    pub(crate) batch_keys: bool,
    batch: (usize, Duration),
    rules: Rules,
    facts: Vec<Fact>,
}

/// What counts for one key of a worker.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) key: &'static str,
    /// Nothing when it is unset.
    pub(crate) value: Option<serde_json::Value>,
    #[cfg_attr(
        not(any(feature = "cli", test)),
        expect(dead_code, reason = "only commands show it")
    )]
    pub(crate) layer: WorkerLayer,
    /// The place, where an operator gave it.
    pub(crate) origin: Option<Origin>,
}

/// A topic that is read, and where its dead letters go.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) topic: String,
    pub(crate) dlq_topic: String,
}

impl Source {
    fn new(topic: &str, dlq_topic: Option<&str>, prefix: &str) -> Source {
        Source {
            topic: format!("{prefix}{topic}"),
            dlq_topic: dlq_topic
                .map_or_else(|| format!("{prefix}{topic}.dlq"), |dlq| format!("{prefix}{dlq}")),
        }
    }
}

impl Resolved {
    pub(crate) fn new(spec: Subject<'_>, settings: &Settings) -> Resolved {
        let said = settings.overrides_of(spec.name);
        let mut given = Keys::said(&said).or(spec.keys.clone());
        let (group, group_from) = group(&spec, &given, settings);
        let reset = given
            .auto_offset_reset
            .unwrap_or(settings.kafka_auto_offset_reset);
        let topics = given
            .topic
            .take()
            .map_or_else(|| spec.topics.to_vec(), |topic| vec![topic]);
        let batch_keys = given.batch_size.is_some() || given.batch_timeout.is_some();
        let output_topic = given.output_topic.take();
        let decided = given.decided();
        let in_flight = decided
            .max_in_flight
            .unwrap_or(decided.concurrency.saturating_mul(4).max(1000));
        let prefix = settings.topic_prefix.as_deref().unwrap_or_default();
        let output = output(&spec, output_topic).map(|target| Target {
            topic: format!("{prefix}{}", target.topic),
            ..target
        });
        let source = |topic: &String| Source::new(topic, decided.dlq_topic.as_deref(), prefix);
        let sources: Vec<Source> = topics.iter().map(source).collect();
        let decided = Decided {
            group_id: Some(group.clone()),
            auto_offset_reset: Some(reset),
            max_in_flight: Some(in_flight),
            topic: Some(each_once(&sources, |source| &source.topic).join(", ")),
            output_topic: output.as_ref().map(|output| output.topic.clone()),
            dlq_topic: Some(each_once(&sources, |source| &source.dlq_topic).join(", ")),
            ..decided
        };
        Resolved {
            kind: spec.kind,
            name: spec.name.to_owned(),
            place: spec.place,
            group,
            group_from,
            sources,
            output,
            reset,
            timeout: decided.timeout,
            batch_keys,
            batch: (decided.batch_size, decided.batch_timeout),
            rules: rules(&decided, in_flight),
            facts: facts(&decided, &said, &spec, settings),
        }
    }

    /// What an operator gave this worker, for the start-up log.
    pub(crate) fn overridden(&self) -> Option<String> {
        let said = self.facts.iter().filter_map(|fact| {
            let origin = fact.origin.as_ref()?;
            Some(format!("{} = {} ({origin})", fact.key, fact.value.as_ref()?))
        });
        let said: Vec<String> = said.collect();
        (!said.is_empty()).then(|| said.join(", "))
    }

    /// Every key with its value and where that came from, in the order of the documentation.
    #[cfg(any(feature = "cli", test))]
    pub(crate) fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Where an operator gave this key its value, to be put behind it; empty when none did.
    pub(crate) fn overridden_at(&self, key: &str) -> String {
        let fact = self.facts.iter().find(|fact| fact.key == key);
        let origin = fact.and_then(|fact| fact.origin.as_ref());
        origin.map_or_else(String::new, |origin| format!(" ({origin})"))
    }

    /// The rules for the core; a handler that takes a batch has a size and a patience.
    pub(crate) fn rules(&self, is_batch: bool) -> Rules {
        let batch = is_batch.then_some(self.batch);
        // A batch that could never fill would wait for its patience each time.
        let max_in_flight = batch.map_or(self.rules.max_in_flight, |(size, _)| {
            self.rules.max_in_flight.max(size)
        });
        Rules {
            batch,
            max_in_flight,
            ..self.rules.clone()
        }
    }

    /// The most records of a batch, should its handler take one.
    pub(crate) fn batch_size(&self) -> usize {
        self.batch.0
    }

    /// Whether it reads this topic.
    pub(crate) fn reads(&self, topic: &str) -> bool {
        self.sources.iter().any(|source| source.topic == topic)
    }

    /// The topics it reads, for people.
    pub(crate) fn topics(&self) -> String {
        each_once(&self.sources, |source| &source.topic).join(", ")
    }

    /// The topics of its dead letters, each once; none when it has no dead letters.
    pub(crate) fn dlq_topics(&self) -> Vec<&str> {
        if !self.dead_letters() {
            return Vec::new();
        }
        each_once(&self.sources, |source| &source.dlq_topic)
    }

    /// Whether its records can become dead letters.
    pub(crate) fn dead_letters(&self) -> bool {
        self.rules.on_exhausted == OnExhausted::Dlq
    }

    /// The keys by which its records are handled, with their defaults.
    pub(crate) fn keys(&self) -> &Rules {
        &self.rules
    }
}

fn output(spec: &Subject<'_>, overridden: Option<String>) -> Option<Target> {
    let key_of = spec.output.and_then(|target| target.key_of);
    match overridden {
        Some(topic) => Some(Target { topic, key_of }),
        None => spec.output.cloned(),
    }
}

/// Names of topics, each once.
fn each_once<'a>(sources: &'a [Source], name: impl Fn(&'a Source) -> &'a String) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for name in sources.iter().map(|source| name(source).as_str()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn rules(decided: &Decided, max_in_flight: usize) -> Rules {
    Rules {
        concurrency: decided.concurrency,
        order: decided.order,
        retry: RetryPolicy {
            max_retries: decided.max_retries,
            backoff: decided.retry_backoff,
            delay: decided.retry_delay,
            max_delay: decided.retry_max_delay,
            jitter: decided.retry_jitter,
        },
        on_exhausted: decided.on_exhausted,
        batch: None,
        max_in_flight,
        max_bytes: decided.max_bytes,
        max_ahead: decided.max_ahead,
    }
}

fn facts(decided: &Decided, said: &[&WorkerOverride], spec: &Subject<'_>, settings: &Settings) -> Vec<Fact> {
    let fact = |key: &'static WorkerKey| {
        let said = said.iter().find(|said| said.key() == key.name);
        let in_source = (key.is_given)(&spec.keys)
            || key.name == "topic"
            || key.name == "output_topic" && spec.output.is_some();
        let setting = of_all_workers(key.name).and_then(|setting| settings.layer(setting));
        let candidates = [
            (WorkerLayer::Spec, in_source.then_some(())),
            (
                WorkerLayer::Setting(setting.unwrap_or(Layer::Default)),
                setting.filter(|layer| *layer != Layer::Default).map(drop),
            ),
            (WorkerLayer::Default, Some(())),
        ];
        let below = Strongest::pick(candidates).map_or(WorkerLayer::Default, |strongest| strongest.layer);
        Fact {
            key: key.name,
            value: (key.shown)(decided),
            layer: said.map_or(below, |said| said.layer()),
            origin: said.map(|said| said.origin().clone()),
        }
    };
    WORKER_KEYS.iter().map(fact).collect()
}

/// The setting that stands for the key of workers that say nothing.
fn of_all_workers(key: &str) -> Option<&'static str> {
    match key {
        "group_id" => Some("kafka_group_id"),
        "auto_offset_reset" => Some("kafka_auto_offset_reset"),
        _ => None,
    }
}

fn group(spec: &Subject<'_>, given: &Keys, settings: &Settings) -> (String, &'static str) {
    if let Some(group) = &given.group_id {
        return (group.clone(), "group_id");
    }
    if let Some(group) = &settings.kafka_group_id {
        return (group.clone(), "the setting kafka_group_id");
    }
    let (service, from) = match (&settings.service, spec.place.package) {
        (Some(service), _) => (service.clone(), "the setting service"),
        (None, "") => (program::name(), "the program's name"),
        (None, package) => (package.to_owned(), "the package it stands in"),
    };
    (format!("{service}.{}", spec.name), from)
}

#[cfg(test)]
mod tests;
