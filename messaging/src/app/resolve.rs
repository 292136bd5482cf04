//! From a description and the settings to what a worker or a consumer is told at run time. Defaults are applied here, once.

use std::time::Duration;

use crate::delivery::Rules;
use crate::delivery::policy::{OnExhausted, Order, RetryPolicy};
use crate::program;
use crate::settings::{Layer, OffsetReset, Resolved as Strongest, Settings, WorkerLayer};
use crate::spec::{Kind, Place, Subject, Target};

/// How long a batch waits to fill.
const BATCH_TIMEOUT: Duration = Duration::from_millis(100);
/// How many records a batch has at most.
const BATCH_SIZE: usize = 100;
/// How many bytes a worker has in hand at most.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How many records may be done behind an unfinished one.
const MAX_AHEAD: usize = 100_000;

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
        let keys = spec.keys;
        let prefix = settings.topic_prefix.as_deref().unwrap_or_default();
        let (group, group_from) = group(&spec, settings);
        let concurrency = decide(keys.concurrency, 1);
        let retry = spec.retry_policy.unwrap_or_default();
        let output = spec.output.cloned().map(|target| Target {
            topic: format!("{prefix}{}", target.topic),
            ..target
        });
        let source = |topic: &String| Source::new(topic, spec.dlq_topic, prefix);
        Resolved {
            kind: spec.kind,
            name: spec.name.to_owned(),
            place: spec.place,
            group,
            group_from,
            sources: spec.topics.iter().map(source).collect(),
            output,
            reset: decide(keys.auto_offset_reset, settings.kafka_auto_offset_reset),
            timeout: keys.timeout,
            batch_keys: keys.batch_size.is_some() || keys.batch_timeout.is_some(),
            batch: (
                decide(keys.batch_size, BATCH_SIZE),
                decide(keys.batch_timeout, BATCH_TIMEOUT),
            ),
            rules: Rules {
                concurrency,
                order: decide(keys.order, Order::default()),
                retry: RetryPolicy {
                    max_retries: decide(keys.max_retries, retry.max_retries),
                    backoff: decide(keys.retry_backoff, retry.backoff),
                    delay: decide(keys.retry_delay, retry.delay),
                    max_delay: decide(keys.retry_max_delay, retry.max_delay),
                    jitter: decide(keys.retry_jitter, retry.jitter),
                },
                on_exhausted: decide(keys.on_exhausted, OnExhausted::default()),
                batch: None,
                max_in_flight: decide(keys.max_in_flight, concurrency.saturating_mul(4).max(1000)),
                max_bytes: decide(keys.max_bytes, MAX_BYTES),
                max_ahead: decide(keys.max_ahead, MAX_AHEAD),
            },
        }
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
        let topics: Vec<&str> = self.sources.iter().map(|source| source.topic.as_str()).collect();
        topics.join(", ")
    }

    /// The topics of its dead letters, each once; none when it has no dead letters.
    pub(crate) fn dlq_topics(&self) -> Vec<&str> {
        let mut topics: Vec<&str> = Vec::new();
        for source in self.sources.iter().filter(|_| self.dead_letters()) {
            if !topics.contains(&source.dlq_topic.as_str()) {
                topics.push(&source.dlq_topic);
            }
        }
        topics
    }

    /// Whether its records can become dead letters.
    pub(crate) fn dead_letters(&self) -> bool {
        self.rules.on_exhausted == OnExhausted::Dlq
    }

    /// One line for the start-up log and the `workers` command.
    pub(crate) fn keys(&self) -> &Rules {
        &self.rules
    }
}

/// What counts for a key: the strongest layer that says something, else what stands below all of them. Of the layers of
/// one worker only its source is read; what an operator says of single workers is refused by the check.
fn decide<T>(in_source: Option<T>, below: T) -> T {
    let strongest = Strongest::pick([(WorkerLayer::Spec, in_source)]);
    strongest.map_or(below, |strongest| strongest.value)
}

fn group(spec: &Subject<'_>, settings: &Settings) -> (String, &'static str) {
    let layer = settings.layer("kafka_group_id").unwrap_or(Layer::Default);
    let named = Strongest::pick([
        (WorkerLayer::Spec, spec.keys.group_id.clone()),
        (WorkerLayer::Setting(layer), settings.kafka_group_id.clone()),
    ]);
    if let Some(group) = named {
        let from = match group.layer {
            WorkerLayer::Spec => "group_id",
            _ => "the setting kafka_group_id",
        };
        return (group.value, from);
    }
    let (service, from) = match (&settings.service, spec.place.package) {
        (Some(service), _) => (service.clone(), "the setting service"),
        (None, "") => (program::name(), "the program's name"),
        (None, package) => (package.to_owned(), "the package it stands in"),
    };
    (format!("{service}.{}", spec.name), from)
}
