//! `groups list` and `groups describe`, beside Kafka's own tool.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::wait::eventually;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde_json::Value;

use crate::support::{SOON, Service};

const TOOL: &str = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";

/// A member of a group that committed `(topic, partition, offset)`.
struct Reader {
    consumer: BaseConsumer,
}

impl Reader {
    fn join(service: &Service, group: &str, protocol: &str, topics: &[&str]) -> Result<Reader> {
        let mut config = ClientConfig::new();
        let config = config
            .set("bootstrap.servers", service.bootstrap())
            .set("group.id", group)
            .set("group.protocol", protocol)
            .set("client.id", "a-reader")
            .set("enable.auto.commit", "false");
        let consumer: BaseConsumer = config.create()?;
        consumer.subscribe(topics)?;
        Ok(Reader { consumer })
    }

    fn until_it_has(&self, partitions: usize) -> Result<()> {
        eventually(SOON, "its partitions", || -> Result<()> {
            let _ = self.consumer.poll(std::time::Duration::from_millis(50));
            let has = self.consumer.assignment()?.count();
            ensure!(has == partitions, "it has {has}");
            Ok(())
        })
    }

    fn commit(&self, offsets: &[(&str, i32, i64)]) -> Result<()> {
        let mut list = TopicPartitionList::new();
        for (topic, partition, offset) in offsets {
            list.add_partition_offset(topic, *partition, Offset::Offset(*offset))?;
        }
        Ok(self.consumer.commit(&list, CommitMode::Sync)?)
    }
}

/// Topic, partition, committed, end, lag, member, host, client: as Kafka's tool writes them.
fn by_kafka(service: &Service, group: &str) -> Result<BTreeSet<Vec<String>>> {
    let arguments = [
        "--bootstrap-server",
        service.bootstrap(),
        "--describe",
        "--group",
        group,
    ];
    let printed = KafkaServer::tool(TOOL, &arguments)?;
    let mut rows = printed
        .lines()
        .map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let heads = rows
        .find(|row| row.first().is_some_and(|head| head == "GROUP"))
        .context("no heads")?;
    let expected = [
        "GROUP",
        "TOPIC",
        "PARTITION",
        "CURRENT-OFFSET",
        "LOG-END-OFFSET",
        "LAG",
        "CONSUMER-ID",
        "HOST",
        "CLIENT-ID",
    ];
    assert_eq!(heads, expected, "the tool's columns");
    Ok(rows
        .filter(|row| row.len() == 9)
        .map(|row| row[1..].to_vec())
        .collect())
}

fn by_us(found: &Value) -> Result<BTreeSet<Vec<String>>> {
    let cell = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let keys = [
        "topic",
        "partition",
        "committed",
        "end",
        "lag",
        "member",
        "host",
        "client",
    ];
    let rows = found["partitions"].as_array().context("no partitions")?;
    Ok(rows
        .iter()
        .map(|row| keys.iter().map(|key| cell(&row[key])).collect())
        .collect())
}

fn agrees_with_kafkas_tool(protocol: &str) -> Result<()> {
    let service = Service::new(protocol)?;
    let (orders, users) = (service.create("orders", 3)?, service.create("users", 1)?);
    for partition in 0..3 {
        service.write(&orders, partition, 10 + usize::try_from(partition)?)?;
    }
    service.write(&users, 0, 5)?;
    let group = service.group("reads");
    let reader = Reader::join(&service, &group, protocol, &[&orders, &users])?;
    reader.until_it_has(4)?;
    // One partition is done, one is behind, and of one nothing was committed yet.
    reader.commit(&[(&orders, 0, 10), (&orders, 1, 4), (&users, 0, 0)])?;

    let found = service.json(&["groups", "describe", &group])?;
    let ours = by_us(&found)?;
    assert_eq!(ours, by_kafka(&service, &group)?, "while it reads");
    assert_eq!(ours.len(), 4);
    assert_eq!(
        (&found["state"], &found["protocol"]),
        (&"Stable".into(), &protocol.into())
    );
    assert_eq!((&found["members"], &found["lag"]), (&1.into(), &12.into()));
    let listed = service.table(&["groups", "list"])?;
    assert!(
        listed.rows().contains(&vec![&group, "Stable", protocol]),
        "{}",
        listed.stdout
    );

    drop(reader);
    let empty = || -> Result<Value> {
        let found = service.json(&["groups", "describe", &group])?;
        ensure!(found["state"] == "Empty", "{found}");
        Ok(found)
    };
    let found = eventually(SOON, "the end of its member", empty)?;
    assert_eq!(by_us(&found)?, by_kafka(&service, &group)?, "without members");
    let said = service.table(&["groups", "describe", &group])?;
    let row = [&*group, &*orders, "1", "4", "11", "7", "-", "-", "-"];
    assert!(said.rows().contains(&row.to_vec()), "{}", said.stdout);
    let reset = [
        "groups",
        "reset",
        &group,
        "--topic",
        &orders,
        "--to-offset",
        "2",
        "--execute",
    ];
    service.table(&reset)?;
    let found = service.json(&["groups", "describe", &group])?;
    let ours = by_us(&found)?;
    assert_eq!(ours, by_kafka(&service, &group)?, "after a reset");
    let set = ours.iter().filter(|row| row[0] == orders && row[2] == "2");
    assert_eq!(set.count(), 3, "{found}");

    let first = format!("{group}: Empty, {protocol}");
    assert!(
        said.stdout.starts_with(&first) && said.stdout.contains("0 members, lag 12"),
        "{}",
        said.stdout
    );
    Ok(())
}

#[test]
fn a_classic_group_is_described_as_by_kafkas_own_tool() -> Result<()> {
    agrees_with_kafkas_tool("classic")
}

#[test]
fn a_group_whose_broker_assigns_is_described_as_by_kafkas_own_tool() -> Result<()> {
    agrees_with_kafkas_tool("consumer")
}

#[test]
fn a_member_without_partitions_is_shown() -> Result<()> {
    let service = Service::new("idle")?;
    let topic = service.create("orders", 1)?;
    let group = service.group("reads");
    let first = Reader::join(&service, &group, "classic", &[&topic])?;
    first.until_it_has(1)?;
    let second = Reader::join(&service, &group, "classic", &[&topic])?;
    let both = || -> Result<Value> {
        for reader in [&first, &second] {
            let _ = reader.consumer.poll(std::time::Duration::from_millis(50));
        }
        let found = service.json(&["groups", "describe", &group])?;
        ensure!(found["state"] == "Stable" && found["members"] == 2, "{found}");
        Ok(found)
    };
    let found = eventually(SOON, "both members", both)?;
    let rows = found["partitions"].as_array().context("no partitions")?;
    let idle: Vec<&Value> = rows.iter().filter(|row| row["topic"].is_null()).collect();
    assert_eq!((rows.len(), idle.len()), (2, 1), "{found}");
    assert_eq!(idle[0]["client"], "a-reader");
    Ok(())
}

#[test]
fn what_nothing_is_committed_of_is_told_alike_by_describe_and_doctor() -> Result<()> {
    let service = Service::new("unknown-lag")?;
    let (quiet, other) = (service.create("quiet", 2)?, service.create("other", 1)?);
    service.create("loud", 1)?;
    service.write(&quiet, 0, 5)?;
    let group = service.group("shout");
    let reader = Reader::join(&service, &group, "classic", &[&other])?;
    reader.until_it_has(1)?;
    let told = |lag: &str| -> Result<()> {
        let described = service.table(&["groups", "describe", &group])?.stdout;
        assert!(described.contains(&format!("1 member, {lag}\n")), "{described}");
        Ok(())
    };
    // The program's topic is listed, although nobody has read it.
    told("lag unknown, and 3 partitions without a commit (5 records)")?;
    let doctor = service.table(&["doctor"])?.stdout;
    let lag = "1 member, lag unknown, and 2 partitions without a commit (5 records)";
    assert!(doctor.contains(lag), "{doctor}");
    assert_eq!(service.json(&["groups", "describe", &group])?["lag"], Value::Null);
    reader.commit(&[(&other, 0, 0)])?;
    told("lag 0, and 2 partitions without a commit (5 records)")
}

#[test]
fn a_wrong_group_suggests_the_nearest() -> Result<()> {
    let service = Service::new("group-slip")?;
    let topic = service.create("orders", 1)?;
    let group = service.group("reads");
    let reader = Reader::join(&service, &group, "classic", &[&topic])?;
    reader.until_it_has(1)?;
    let slip = group.replace("reads", "raeds");
    let told = format!("there is no group \"{slip}\"; did you mean \"{group}\"?");
    for arguments in [
        &["groups", "describe", &slip][..],
        &["groups", "reset", &slip, "--topic", &topic, "--to-latest"],
    ] {
        let why = service.refused(arguments)?;
        assert!(why.contains(&told), "{why}");
    }
    Ok(())
}
