//! The harness itself: the servers it starts are real, keep their port and data, and never outlive their owner.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use messaging_tests::kafka::{BOOTSTRAP_SERVERS, KafkaServer};
use messaging_tests::process::{Program, Signal, ended_by};
use messaging_tests::wait::eventually;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};

const SOON: Duration = Duration::from_secs(20);

fn client(bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap);
    config
}

async fn create_topic(bootstrap: &str, name: &str) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> = client(bootstrap).create()?;
    let topic = NewTopic::new(name, 3, TopicReplication::Fixed(1));
    let options = AdminOptions::new().request_timeout(Some(SOON));
    for created in admin.create_topics([&topic], &options).await? {
        created.map_err(|(topic, code)| anyhow!("{topic}: {code}"))?;
    }
    Ok(())
}

fn partitions(bootstrap: &str, topic: &str) -> Result<usize> {
    let consumer: BaseConsumer = client(bootstrap).create()?;
    let metadata = consumer.fetch_metadata(Some(topic), SOON)?;
    let topic = metadata.topics().first().context("no answer about the topic")?;
    Ok(topic.partitions().len())
}

/// A process that ended but was not collected by its parent yet is not alive.
fn is_alive(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .any(|line| line.starts_with("State:") && !line.contains('Z') && !line.contains('X'))
}

/// The process and the folder of the server that a `kafka-owner` has.
fn server_of(owner: &mut Program) -> Result<(u32, PathBuf)> {
    let line = owner.wait_for_line(|line| line.starts_with("kafka "), Duration::from_secs(120))?;
    let mut words = line.split(' ').skip(1);
    let pid = words.next().context("no process number")?.parse()?;
    Ok((pid, words.next().context("no folder")?.into()))
}

/// Kafka also ends by itself some seconds after its data is gone; so its end must come first.
fn ends_before_its_data(pid: u32, folder: &Path) -> Result<()> {
    eventually(SOON, "the data to be removed", || !folder.exists())?;
    assert!(!is_alive(pid), "the data was removed, but the server lives");
    Ok(())
}

#[tokio::test]
async fn kafka_keeps_port_and_data_through_kill_and_stop() -> Result<()> {
    let mut kafka = KafkaServer::start()?;
    let bootstrap = kafka.bootstrap();
    create_topic(&bootstrap, "kept").await?;

    kafka.kill()?;
    assert_eq!(kafka.pid(), None);
    assert!(
        TcpStream::connect(&bootstrap).is_err(),
        "a killed server answers nobody"
    );
    kafka.restart()?;
    assert_eq!(kafka.bootstrap(), bootstrap);
    assert_eq!(partitions(&bootstrap, "kept")?, 3);

    kafka.stop()?;
    assert!(
        TcpStream::connect(&bootstrap).is_err(),
        "a stopped server answers nobody"
    );
    kafka.restart()?;
    assert_eq!(partitions(&bootstrap, "kept")?, 3);
    Ok(())
}

#[test]
fn two_servers_have_different_ports_and_data() -> Result<()> {
    let one = KafkaServer::start()?;
    let other = KafkaServer::start()?;
    assert_ne!(one.bootstrap(), other.bootstrap());
    assert_ne!(one.data_dir(), other.data_dir());
    Ok(())
}

#[test]
fn a_dropped_server_leaves_no_process_and_no_data() -> Result<()> {
    let kafka = KafkaServer::start()?;
    let pid = kafka.pid().context("it runs")?;
    let folder = kafka.data_dir().to_owned();
    assert!(folder.join("data").is_dir());
    drop(kafka);
    assert!(!is_alive(pid));
    eventually(SOON, "the data to be removed", || !folder.exists())
}

#[test]
fn a_server_dies_when_its_owner_is_killed() -> Result<()> {
    let mut owner = Program::start(Command::new(env!("CARGO_BIN_EXE_kafka-owner")))?;
    let (pid, folder) = server_of(&mut owner)?;
    assert!(is_alive(pid) && folder.is_dir());
    owner.signal(Signal::SIGKILL)?;
    let status = owner.wait_timeout(SOON)?.context("it survived SIGKILL")?;
    assert_eq!(ended_by(status), Some(Signal::SIGKILL));
    ends_before_its_data(pid, &folder)
}

#[test]
fn the_shared_server_dies_when_its_process_ends() -> Result<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kafka-owner"));
    command.arg("shared").env_remove(BOOTSTRAP_SERVERS);
    let mut owner = Program::start(command)?;
    let (pid, folder) = server_of(&mut owner)?;
    let status = owner.wait_timeout(SOON)?.context("it does not end")?;
    assert!(status.success());
    ends_before_its_data(pid, &folder)
}

#[tokio::test]
async fn the_shared_server_is_one_and_the_tools_reach_it() -> Result<()> {
    let bootstrap = KafkaServer::shared()?;
    assert_eq!(KafkaServer::shared()?, bootstrap);
    // A name of its own, because the server may be one that was given and that remembers earlier runs.
    let topic = format!("harness-tools-{}", std::process::id());
    create_topic(bootstrap, &topic).await?;
    let list = ["--bootstrap-server", bootstrap, "--list"];
    let topics = KafkaServer::tool("org.apache.kafka.tools.TopicCommand", &list)?;
    assert!(topics.lines().any(|line| line == topic), "{topics}");
    Ok(())
}

#[test]
fn a_tool_that_fails_says_why() {
    let error = KafkaServer::tool("org.apache.kafka.tools.TopicCommand", &["--list"]).unwrap_err();
    assert!(error.to_string().contains("bootstrap-server"), "{error}");
}

#[test]
fn a_property_reaches_the_server_and_a_bad_one_is_shown() {
    let error = KafkaServer::builder()
        .property("num.io.threads", "none")
        .start()
        .unwrap_err();
    assert!(format!("{error:#}").contains("num.io.threads"), "{error:#}");
}

#[test]
fn a_server_that_ends_while_it_starts_shows_its_log() {
    let error = KafkaServer::builder()
        .java_option("-XX:NoSuchOption")
        .start()
        .unwrap_err();
    assert!(format!("{error:#}").contains("NoSuchOption"), "{error:#}");
}
