//! A program of workers on a Kafka, whose topics and groups no other test names.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::{Program, Signal};
use messaging_tests::said::{Said, bare};
use messaging_tests::wait::eventually;
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::Value;
use tempfile::TempDir;

/// The longest that anything may take.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// The program `service`, with a prefix before its topics and a service of its own.
pub(crate) struct Service {
    bootstrap: String,
    name: String,
}

impl Service {
    /// On the Kafka that all tests share.
    pub(crate) fn new(name: &str) -> Result<Service> {
        Ok(Service::on(KafkaServer::shared()?, name))
    }

    /// On a Kafka of the test's own.
    pub(crate) fn on(bootstrap: &str, name: &str) -> Service {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Service {
            bootstrap: bootstrap.to_owned(),
            name: format!("{name}-{}-{count}", std::process::id()),
        }
    }

    pub(crate) fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// A topic of the program, as the broker names it.
    pub(crate) fn topic(&self, name: &str) -> String {
        format!("{}.{name}", self.name)
    }

    /// The default group of a worker.
    pub(crate) fn group(&self, worker: &str) -> String {
        format!("{}.{worker}", self.name)
    }

    fn command(&self, arguments: &[&str]) -> Result<(TempDir, Command)> {
        let (folder, mut command) = bare(env!("CARGO_BIN_EXE_service"), "", arguments)?;
        command
            .env("MESSAGE_BROKER", "kafka")
            .env("KAFKA_BOOTSTRAP_SERVERS", &self.bootstrap)
            .env("TOPIC_PREFIX", format!("{}.", self.name))
            .env("SERVICE", &self.name);
        Ok((folder, command))
    }

    /// Runs a command to its end.
    pub(crate) fn say(&self, arguments: &[&str]) -> Result<Said> {
        Said::by(self.command(arguments)?.1)
    }

    /// Runs a command that has to succeed, and gives its table.
    pub(crate) fn table(&self, arguments: &[&str]) -> Result<Said> {
        let said = self.say(arguments)?;
        ensure!(said.code == Some(0), "{arguments:?}: {said:?}");
        Ok(said)
    }

    /// As [`Service::table`], as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Result<Value> {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        self.table(&arguments)?.json()
    }

    /// Runs a command that has to fail, and gives its code and what it said on standard error.
    pub(crate) fn refused(&self, arguments: &[&str]) -> Result<String> {
        let said = self.say(arguments)?;
        ensure!(
            said.code == Some(1) && said.stdout.is_empty(),
            "{arguments:?}: {said:?}"
        );
        Ok(said.stderr)
    }

    /// Makes a topic of the program.
    pub(crate) fn create(&self, name: &str, partitions: u32) -> Result<String> {
        let (topic, count) = (self.topic(name), partitions.to_string());
        self.table(&["topics", "create", &topic, "--partitions", &count])?;
        Ok(topic)
    }

    /// Writes so many records to a partition, and waits until they are there.
    pub(crate) fn write(&self, topic: &str, partition: i32, count: usize) -> Result<()> {
        let mut config = ClientConfig::new();
        let producer: BaseProducer = config.set("bootstrap.servers", &self.bootstrap).create()?;
        for number in 0..count {
            let text = number.to_string();
            let record: BaseRecord<'_, (), str> = BaseRecord::to(topic).partition(partition).payload(&text);
            producer.send(record).map_err(|(error, _)| error)?;
        }
        Ok(producer.flush(SOON)?)
    }

    /// Starts a worker.
    pub(crate) fn start(&self, worker: &str) -> Result<Program> {
        self.start_with(worker, &[])
    }

    /// Starts a worker with settings of its own.
    pub(crate) fn start_with(&self, worker: &str, environment: &[(&str, &str)]) -> Result<Program> {
        // It reads its folder only while it starts to look for settings, and there are none in it.
        let (_folder, mut command) = self.command(&["runworker", worker])?;
        command.envs(environment.iter().copied());
        Program::start(command)
    }

    /// Starts whatever the arguments say.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Program> {
        Program::start(self.command(arguments)?.1)
    }

    /// Runs a worker until its group has done all that is in its topic, and ends it.
    pub(crate) fn work_off(&self, worker: &str) -> Result<()> {
        let mut program = self.start(worker)?;
        let group = self.group(worker);
        let done = || -> Result<()> {
            let found = self.json(&["groups", "describe", &group])?;
            let rows = found["partitions"].as_array().context("no partitions")?;
            let done = rows.iter().all(|row| row["lag"] == 0);
            ensure!(!rows.is_empty() && done, "{found}");
            Ok(())
        };
        eventually(SOON, "the end of the records", done)?;
        program.signal(Signal::SIGTERM)?;
        let status = program.wait_timeout(SOON)?.context("it goes on after SIGTERM")?;
        ensure!(status.success(), "{}", program.stderr()?);
        Ok(())
    }

    /// How many records are in a topic.
    pub(crate) fn records(&self, topic: &str) -> Result<i64> {
        let found = self.json(&["topics", "describe", topic])?;
        found["records"].as_i64().context("no count of records")
    }
}
