//! A program of workers as a child, with topics of its own on the shared Kafka.

use std::fs::File;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use messaging::broker::kafka::{Kafka, KafkaConfig};
use messaging::broker::{Admin, Broker, NewTopic};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::{Program, Signal};
use messaging_tests::said::{Said, bare};
use serde_json::Value;

pub(crate) const SOON: Duration = Duration::from_secs(30);

/// What a test expects of an answer.
pub(crate) trait Expect: Sized {
    /// What it answered, when it was done.
    fn done(self) -> Result<String>;

    /// The lines of its answer as JSON, when it was done.
    fn json_lines(self) -> Result<Vec<Value>>;

    /// Nothing was answered, and the error has these parts.
    fn failed(&self, code: i32, parts: &[&str]);
}

impl Expect for Said {
    fn done(self) -> Result<String> {
        ensure!(self.code == Some(0), "{self:?}");
        Ok(self.stdout)
    }

    fn json_lines(self) -> Result<Vec<Value>> {
        let parsed = self
            .done()?
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>();
        Ok(parsed?)
    }

    fn failed(&self, code: i32, parts: &[&str]) {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (Some(code), ""),
            "{}",
            self.stderr
        );
        for part in parts {
            assert!(self.stderr.contains(part), "`{part}` is not in:\n{}", self.stderr);
        }
    }
}

/// The program `service` with the topics of one test: all of its names begin with a prefix.
pub(crate) struct Shop {
    prefix: String,
    folder: tempfile::TempDir,
}

impl Shop {
    pub(crate) fn new(name: &str) -> Result<Shop> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Ok(Shop {
            prefix: format!("{name}-{}-{count}.", std::process::id()),
            folder: tempfile::tempdir()?,
        })
    }

    /// A topic's name at the broker.
    pub(crate) fn name(&self, topic: &str) -> String {
        format!("{}{topic}", self.prefix)
    }

    /// Makes a topic, and gives its name at the broker.
    pub(crate) fn topic(&self, topic: &str, partitions: i32) -> Result<String> {
        let name = self.name(topic);
        let topics = [NewTopic::named(&name).partitions(partitions)];
        asked(async |admin| Ok(admin.create_topics(&topics).await?))?;
        Ok(name)
    }

    /// What a group has committed of a topic.
    pub(crate) fn committed(group: &str, topic: &str) -> Result<Vec<Option<i64>>> {
        asked(async |admin| Ok(admin.committed(group, topic).await?))
    }

    /// The program on Kafka, without settings of whoever runs the tests.
    pub(crate) fn command(&self, arguments: &[&str]) -> Result<Command> {
        let (_, mut command) = bare(env!("CARGO_BIN_EXE_service"), "", arguments)?;
        command
            .current_dir(self.folder.path())
            .env("MESSAGE_BROKER", "kafka")
            .env("KAFKA_BOOTSTRAP_SERVERS", KafkaServer::shared()?)
            .env("TOPIC_PREFIX", &self.prefix);
        Ok(command)
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Result<Program> {
        Program::start(self.command(arguments)?)
    }

    pub(crate) fn say(&self, arguments: &[&str]) -> Result<Said> {
        ended(self.start(arguments)?)
    }

    /// The same with an input.
    pub(crate) fn say_reading(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Result<Said> {
        let path = self.folder.path().join("input");
        std::fs::write(&path, input)?;
        ended(Program::start_reading(
            self.command(arguments)?,
            File::open(path)?,
        )?)
    }

    /// Writes texts with a key each, and gives where each was written.
    pub(crate) fn write(&self, topic: &str, texts: &[(&str, &str)]) -> Result<()> {
        let line = |(key, value): &(&str, &str)| serde_json::json!({"key": key, "value": value}).to_string();
        let lines: Vec<String> = texts.iter().map(line).collect();
        let said = self.say_reading(&["publish", topic, "--json-lines"], lines.join("\n"))?;
        assert_eq!(said.done()?.lines().count(), texts.len());
        Ok(())
    }

    /// All records of a topic, as `consume --json` prints them.
    pub(crate) fn records(&self, topic: &str) -> Result<Vec<Value>> {
        self.say(&["consume", topic, "--from-beginning", "--until-end", "--json"])?
            .json_lines()
    }
}

fn ended(mut program: Program) -> Result<Said> {
    let status = program.wait_timeout(SOON)?.context("it does not end")?;
    Ok(Said {
        code: status.code(),
        stdout: program.stdout()?,
        stderr: program.stderr()?,
    })
}

/// Sends a signal, and gives what it said until its end.
pub(crate) fn end(mut program: Program, signal: Signal) -> Result<Said> {
    program.signal(signal)?;
    ended(program)
}

fn asked<T>(ask: impl AsyncFnOnce(&dyn Admin) -> Result<T>) -> Result<T> {
    let config = KafkaConfig {
        bootstrap_servers: vec![KafkaServer::shared()?.to_owned()],
        ..KafkaConfig::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async { ask(&*Kafka::new(config).admin()?).await })
}
