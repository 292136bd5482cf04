//! Starting the program under test.

use std::process::Command;

use anyhow::Result;
use messaging_tests::process::Program;

use super::{Raw, numbered};

/// How a test starts its programs: against which Kafka, with topics and groups of its own, with which settings.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    raw: Raw,
    prefix: String,
    name: String,
    environment: Vec<(String, String)>,
}

impl Service {
    /// For the test of this name; the process's number keeps runs on a Kafka that stays apart.
    pub(crate) fn new(bootstrap: &str, test: &str) -> Service {
        let name = format!("{test}-{}", std::process::id());
        let prefix = format!("{name}.");
        let service = Service {
            raw: Raw::new(bootstrap),
            prefix: prefix.clone(),
            name: name.clone(),
            environment: Vec::new(),
        };
        service
            .set("KAFKA_BOOTSTRAP_SERVERS", bootstrap)
            .set("TOPIC_PREFIX", prefix)
            .set("SERVICE", name)
            .set("KAFKA_AUTO_COMMIT_INTERVAL_MS", "200")
    }

    /// With this setting.
    pub(crate) fn set(mut self, name: &str, value: impl ToString) -> Service {
        self.environment.push((name.to_owned(), value.to_string()));
        self
    }

    /// The Kafka it uses.
    pub(crate) fn raw(&self) -> &Raw {
        &self.raw
    }

    /// The whole name of a topic.
    pub(crate) fn topic(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The group of a worker.
    pub(crate) fn group(&self, worker: &str) -> String {
        format!("{}.{worker}", self.name)
    }

    /// Makes topics, each with so many partitions.
    pub(crate) fn create_topics(&self, topics: &[(&str, i32)]) -> Result<()> {
        let topics: Vec<_> = topics
            .iter()
            .map(|(name, count)| (self.topic(name), *count))
            .collect();
        self.raw.create_topics(&topics)
    }

    /// Makes the topics "in" and "out", and fills the first with numbered records.
    pub(crate) fn fill(&self, partitions: i32, records: usize, keys: usize) -> Result<()> {
        self.create_topics(&[("in", partitions), ("out", partitions)])?;
        self.raw.write(&self.topic("in"), &numbered(records, keys))
    }

    /// Starts a program with these workers.
    pub(crate) fn start(&self, workers: &[&str]) -> Result<Program> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_workload"));
        command.args(workers);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Program::start(command)
    }

    /// Says how far a worker has come, unless it has committed all that its topic holds.
    pub(crate) fn all_committed(&self, worker: &str, topic: &str) -> Result<()> {
        self.raw.all_committed(&self.group(worker), &self.topic(topic))
    }
}
