//! The examples do what they say, on memory as they are, and on Kafka by one variable.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::Program;

use crate::support::{Raw, Record, SOON, Tail};

mod by_hand;
mod cqrs;
mod domain_events;
mod enrich;
mod event_sourcing;
mod microservices;
mod tracking;

const NAMES: [&str; 10] = [
    "quickstart",
    "orders",
    "ecommerce",
    "by_hand",
    "cqrs",
    "domain_events",
    "enrich",
    "event_sourcing",
    "microservices",
    "tracking",
];

/// Builds them as a newcomer does who runs one, so that in CI they are there already; gives the folder.
pub(crate) fn built() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| build().expect("the examples can be built"))
}

fn build() -> Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("no workspace")?;
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .context("no target folder")?;
    let output = Command::new(env!("CARGO"))
        .arg("build")
        .args(NAMES.iter().flat_map(|name| ["--bin", name]))
        .arg("--target-dir")
        .arg(target)
        .current_dir(workspace)
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(target.join("debug"))
}

/// Runs an example to its end; gives its lines.
fn run(example: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let mut command = Command::new(built().join(example));
    command
        .env_remove("MESSAGE_BROKER")
        .envs(environment.iter().copied());
    let mut program = Program::start(command).unwrap();
    let status = program.wait_timeout(SOON).unwrap().expect("it does not end");
    assert_eq!(status.code(), Some(0), "{}", program.stderr().unwrap());
    program.stdout().unwrap().lines().map(str::to_owned).collect()
}

fn on_kafka() -> [(&'static str, &'static str); 2] {
    [
        ("MESSAGE_BROKER", "kafka"),
        ("KAFKA_BOOTSTRAP_SERVERS", KafkaServer::shared().unwrap()),
    ]
}

/// Topics of its own on Kafka for one test.
struct Place {
    bootstrap: &'static str,
    prefix: String,
}

impl Place {
    fn of(test: &str) -> Place {
        Place {
            bootstrap: KafkaServer::shared().unwrap(),
            prefix: format!("{test}-{}.", std::process::id()),
        }
    }

    fn environment(&self) -> [(&'static str, &str); 3] {
        [
            ("MESSAGE_BROKER", "kafka"),
            ("KAFKA_BOOTSTRAP_SERVERS", self.bootstrap),
            ("TOPIC_PREFIX", &self.prefix),
        ]
    }

    /// What is in a topic now.
    fn records(&self, topic: &str) -> Vec<Record> {
        let topic = format!("{}{topic}", self.prefix);
        let mut tail = Tail::of(&Raw::new(self.bootstrap), &topic).unwrap();
        tail.read().unwrap().to_vec()
    }

    /// The same as keys and values, sorted.
    fn pairs(&self, topic: &str) -> Vec<(String, String)> {
        let text = |bytes: &Option<Vec<u8>>| String::from_utf8(bytes.clone().unwrap_or_default()).unwrap();
        let pair = |record: &Record| (text(&record.key), text(&record.value));
        let mut pairs: Vec<_> = self.records(topic).iter().map(pair).collect();
        pairs.sort_unstable();
        pairs
    }
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort_unstable();
    lines
}

/// Every order's way, whatever the order of lines between orders.
fn assert_flow(lines: &[String]) {
    let all = lines.join("\n");
    let first = lines.iter().find_map(|line| line.strip_prefix("created "));
    let (run, _) = first.and_then(|line| line.split_once("-1 for Ada")).expect(&all);
    let once = |start: &str| {
        let found = lines.iter().filter(|line| line.starts_with(start)).count();
        assert_eq!(found, 1, "{start}\n{all}");
    };
    for order in 1..=4 {
        once(&format!("created {run}-{order} "));
    }
    once(&format!("charge  {run}-1 at try 1 -> shop.payments"));
    once(&format!("charge  {run}-2 is tried again"));
    once(&format!("charge  {run}-2 at try 2 -> shop.payments"));
    once(&format!("charge  {run}-4 at try 1 -> shop.payments"));
    for order in [1, 2, 4] {
        once(&format!("ship    {run}-{order} (receipt-{run}-{order})"));
    }
    once(&format!(
        "review  {run}-3 was rejected: -5 cents cannot be charged"
    ));
    assert_eq!(
        lines.last().map(String::as_str),
        Some("4 of 4 orders have reached their end")
    );
}

#[test]
fn quickstart_greets_on_memory_and_on_kafka() {
    assert_eq!(run("quickstart", &[]), ["hello, world"]);
    assert_eq!(run("quickstart", &on_kafka()), ["hello, world"]);
}

#[test]
fn orders_shows_the_flow_on_kafka_again_and_again() {
    assert_flow(&run("orders", &[("TOPIC_PREFIX", "shop.")]));
    assert_flow(&run("orders", &on_kafka()));
    assert_flow(&run("orders", &on_kafka()));
}

/// Nobody gives them prefixes, so the topics of one must not be those of another.
#[test]
fn examples_run_after_each_other_on_one_broker_and_complain_about_nothing() {
    let kafka = KafkaServer::start().unwrap();
    let bootstrap = kafka.bootstrap();
    let environment = [
        ("MESSAGE_BROKER", "kafka"),
        ("KAFKA_BOOTSTRAP_SERVERS", &*bootstrap),
        ("RUST_LOG", "warn"),
    ];
    for round in 1..=2 {
        for example in NAMES {
            let said = complaints(example, &environment);
            assert_eq!(said, [""; 0], "{example}, round {round}");
        }
    }
}

/// Runs an example to its end; gives what its log complains about beside what it does on purpose.
fn complaints(example: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let mut command = Command::new(built().join(example));
    command.envs(environment.iter().copied());
    let mut program = Program::start(command).unwrap();
    let status = program.wait_timeout(SOON).unwrap().expect("it does not end");
    let log = program.stderr().unwrap();
    assert_eq!(status.code(), Some(0), "{example}: {log}");
    let on_purpose = |line: &&str| {
        ["reason=\"rejected\"", "tried again", "the group is new"]
            .iter()
            .any(|text| line.contains(text))
    };
    let lines = log
        .lines()
        .filter(|line| line.contains("WARN") || line.contains("ERROR"));
    lines
        .filter(|line| !on_purpose(line))
        .map(str::to_owned)
        .collect()
}
