//! `topics`, and its spellings under `kafka`.

use anyhow::{Context, Result, ensure};
use messaging_tests::process::Signal;
use messaging_tests::wait::eventually;
use serde_json::json;

use crate::support::{SOON, Service};

#[test]
fn a_topic_is_created_listed_described_grown_and_deleted() -> Result<()> {
    let service = Service::new("life")?;
    let topic = service.topic("orders");
    let made = service.table(&[
        "topics",
        "create",
        &topic,
        "--partitions",
        "2",
        "--replication-factor",
        "1",
        "--config",
        "retention.ms=86400000",
        "--config",
        "max.message.bytes=2000000",
    ])?;
    assert_eq!(made.stdout, format!("{topic} created with 2 partitions\n"));

    let list = service.table(&["topics", "list"])?;
    assert_eq!(list.rows()[0], ["TOPIC", "PARTITIONS", "REPLICAS"]);
    assert!(list.rows().contains(&vec![&topic, "2", "1"]), "{}", list.stdout);
    service.write(&topic, 1, 3)?;
    let described = service.json(&["topics", "describe", &topic])?;
    let row = |partition, end| json!({"partition": partition, "leader": 1, "replicas": [1], "in_sync": [1], "first": 0, "end": end});
    assert_eq!(described["partitions"], json!([row(0, 0), row(1, 3)]));
    assert_eq!(
        (&described["topic"], &described["records"]),
        (&json!(topic), &json!(3))
    );
    let table = service.table(&["topics", "describe", &topic])?;
    let expected = format!(
        "{topic}: 2 partitions, 3 records

PARTITION  LEADER  REPLICAS  IN SYNC  FIRST  END
        0       1  1         1            0    0
        1       1  1         1            0    3

KEY                VALUE
max.message.bytes  2000000
retention.ms       86400000
"
    );
    assert_eq!(table.stdout, expected);
    let all = service.table(&["topics", "describe", &topic, "--all"])?;
    assert!(all.stdout.contains("\ncleanup.policy "), "{}", all.stdout);

    let grown = service.table(&["topics", "alter", &topic, "--partitions", "4"])?;
    assert_eq!(grown.stdout, format!("{topic} has 4 partitions, and had 2\n"));
    assert!(grown.stderr.contains("keys go to other partitions"), "{grown:?}");
    let gone = service.table(&["topics", "delete", &topic, "--yes"])?;
    assert_eq!(
        gone.stdout,
        format!("deleted {topic} (4 partitions, 3 records)\n")
    );
    let list = service.json(&["topics", "list"])?;
    let left = list.as_array().context("no list")?;
    assert!(!left.iter().any(|row| row["topic"] == *topic), "{list}");
    Ok(())
}

#[test]
fn the_brokers_own_topics_are_listed_only_when_asked_for_and_never_deleted() -> Result<()> {
    let service = Service::new("own")?;
    // The first commit of a group makes it.
    let topic = service.create("quiet", 1)?;
    service.write(&topic, 0, 1)?;
    service.create("loud", 1)?;
    service.work_off("shout")?;
    let own = "__consumer_offsets";
    assert!(!service.table(&["topics", "list"])?.stdout.contains(own));
    assert!(service.table(&["topics", "list", "--all"])?.stdout.contains(own));
    let why = service.refused(&["topics", "delete", own, "--yes"])?;
    assert!(why.contains("is the broker's own"), "{why}");
    Ok(())
}

#[test]
fn a_topic_that_is_there_is_no_new_one() -> Result<()> {
    let service = Service::new("twice")?;
    let topic = service.create("orders", 2)?;
    let why = service.refused(&["topics", "create", &topic, "--partitions", "9"])?;
    assert!(why.contains("is there already, with 2 partitions"), "{why}");
    let said = service.table(&["topics", "create", &topic, "--if-not-exists"])?;
    assert_eq!(said.stdout, format!("{topic} was there with 2 partitions\n"));
    Ok(())
}

#[test]
fn what_a_broker_cannot_make_is_refused_with_its_reason() -> Result<()> {
    let service = Service::new("refused")?;
    let topic = service.topic("orders");
    for (arguments, why) in [
        (&["--replication-factor", "7"][..], "7 time(s)"),
        (&["--config", "retention.mz=5"], "retention.mz"),
        (
            &["--config", "retention.ms=soon"],
            "Invalid value soon for configuration retention.ms",
        ),
        (&["--partitions", "0"], "0 partitions"),
    ] {
        let mut all = vec!["topics", "create", &topic];
        all.extend(arguments);
        let told = service.refused(&all)?;
        assert!(told.contains(&topic) && told.contains(why), "{told}");
    }
    let (one, alike) = (
        service.create("orders_created", 1)?,
        service.topic("orders.created"),
    );
    let told = service.refused(&["topics", "create", &alike])?;
    assert!(
        told.contains(&format!("collides with existing topic: {one}")),
        "{told}"
    );
    let told = service.refused(&["topics", "create", "bad name"])?;
    let once = "the topic \"bad name\" could not be created: a topic name \"bad name\" has ' '";
    assert!(told.contains(once), "{told}");
    let said = service.say(&["topics", "create", &topic, "--config", "retention"])?;
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.stderr.contains("such as retention.ms=86400000"), "{said:?}");
    let topic = service.create("shrinks", 3)?;
    let told = service.refused(&["topics", "alter", &topic, "--partitions", "2"])?;
    assert!(
        told.contains("it has 3, and partitions can only be added"),
        "{told}"
    );
    Ok(())
}

#[test]
fn a_configuration_is_altered_key_by_key() -> Result<()> {
    let service = Service::new("altered")?;
    let topic = service.topic("orders");
    service.table(&["topics", "create", &topic, "--config", "retention.ms=86400000"])?;
    let own = || -> Result<Vec<(String, String)>> {
        let described = service.json(&["topics", "describe", &topic])?;
        let entries = described["config"].as_array().context("no configuration")?;
        let own = entries.iter().filter(|entry| entry["own"] == true);
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        Ok(own
            .map(|entry| (text(&entry["key"]), text(&entry["value"])))
            .collect())
    };
    let told = service.refused(&["topics", "alter", &topic, "--config", "retention.mz=5"])?;
    let why = format!("the topic \"{topic}\" stays as it is: ");
    assert!(told.contains(&why) && told.contains("retention.mz"), "{told}");
    let said = service.json(&[
        "topics",
        "alter",
        &topic,
        "--partitions",
        "3",
        "--config",
        "max.message.bytes=2000000",
    ])?;
    assert_eq!(
        (&said["partitions"], &said["config"]),
        (&json!(3), &json!({"max.message.bytes": "2000000"}))
    );
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    eventually(SOON, "both keys", || -> Result<()> {
        let expected = [
            pair("max.message.bytes", "2000000"),
            pair("retention.ms", "86400000"),
        ];
        let own = own()?;
        ensure!(own == expected, "{own:?}");
        Ok(())
    })?;
    let said = service.say(&["topics", "alter", &topic])?;
    assert_eq!(said.code, Some(2), "{said:?}");
    Ok(())
}

#[test]
fn a_wrong_name_suggests_the_nearest() -> Result<()> {
    let service = Service::new("slip")?;
    let topic = service.create("invoices", 1)?;
    let slip = topic.replace("invoices", "invioces");
    for arguments in [
        &["topics", "describe", &slip][..],
        &["topics", "delete", &slip, "--yes"],
        &["topics", "alter", &slip, "--partitions", "3"],
    ] {
        let why = service.refused(arguments)?;
        let told = format!("there is no topic \"{slip}\"; did you mean \"{topic}\"?");
        assert!(why.contains(&told), "{arguments:?}: {why}");
    }
    // Without its prefix it is another topic, and the one with it is meant.
    let bare = topic.split_once('.').context("no prefix")?.1;
    let made = service.table(&["topics", "create", bare, "--if-not-exists"])?;
    let note = format!("so this program reads \"{topic}\" and not \"{bare}\"");
    assert!(made.stderr.contains(&note), "{made:?}");
    service.table(&["topics", "delete", bare, "--yes"])?;
    Ok(())
}

#[test]
fn nothing_is_deleted_without_yes() -> Result<()> {
    let service = Service::new("kept")?;
    let (one, other) = (service.create("one", 1)?, service.create("other", 2)?);
    let why = service.refused(&["topics", "delete", &one, &other])?;
    let both = format!("{one} (1 partition, 0 records), {other} (2 partitions, 0 records) would go for good");
    assert!(why.contains(&both) && why.contains("add --yes"), "{why}");
    // A slip in the second name, and the first is still there.
    service.refused(&["topics", "delete", &one, &service.topic("none"), "--yes"])?;
    for topic in [&one, &other] {
        service.table(&["topics", "describe", topic])?;
    }
    service.table(&["topics", "delete", &one, &other, "--yes"])?;
    Ok(())
}

#[test]
fn the_spellings_of_the_python_documents_do_the_same() -> Result<()> {
    let service = Service::new("compat")?;
    let topic = service.topic("orders");
    let made = service.table(&[
        "kafka",
        "create-topic",
        &topic,
        "--partitions",
        "3",
        "--replication-factor",
        "1",
    ])?;
    assert_eq!(made.stdout, format!("{topic} created with 3 partitions\n"));
    let list = service.table(&["kafka", "topics"])?;
    assert!(list.rows().contains(&vec![&topic, "3", "1"]), "{}", list.stdout);
    let help = service.table(&["--help"])?.stdout;
    assert!(
        !help.contains("kafka  ") && !help.contains("worker  As"),
        "{help}"
    );
    Ok(())
}

#[test]
fn workers_run_by_the_spellings_of_the_python_documents() -> Result<()> {
    let service = Service::new("compat-run")?;
    let (quiet, loud) = (service.create("quiet", 1)?, service.create("loud", 1)?);
    let reads = [
        format!("{} reads {quiet}", service.group("shout")),
        format!("ears reads {loud}"),
    ];
    for (arguments, read) in [
        (&["kafka", "worker", "shout"][..], &reads[..1]),
        (&["kafka", "worker", "--all"], &reads[..]),
        (&["worker", "hear-it"], &reads[1..]),
        (&["worker", "--all"], &reads[..]),
    ] {
        let mut program = service.run(arguments)?;
        for line in read {
            program.wait_for_line(|told| told == line, SOON)?;
        }
        program.signal(Signal::SIGTERM)?;
        let status = program.wait_timeout(SOON)?.context("it goes on after SIGTERM")?;
        assert!(status.success(), "{arguments:?}: {}", program.stderr()?);
        let told = program.stdout()?;
        assert_eq!(told.lines().count(), read.len(), "{arguments:?}: {told}");
    }
    Ok(())
}

#[test]
fn an_absent_topic_is_told_with_the_command_that_makes_it() -> Result<()> {
    let service = Service::new("advice")?;
    let mut program = service.start("shout")?;
    for (name, partitions) in [("quiet", 1), ("loud", 1)] {
        let advice = format!("`service topics create {}`", service.topic(name));
        program.wait_for_line(|line| line.contains(&advice), SOON)?;
        service.create(name, partitions)?;
    }
    let group = format!("{} reads {}", service.group("shout"), service.topic("quiet"));
    program.wait_for_line(|line| line == group, SOON)?;
    Ok(())
}

#[test]
fn a_broker_that_is_not_there_is_told_at_once() -> Result<()> {
    let nobody = messaging_tests::ports::Port::reserve()?;
    let service = Service::on(&format!("127.0.0.1:{}", nobody.number()), "nobody");
    for arguments in [&["topics", "list"][..], &["groups", "list"]] {
        let why = service.refused(arguments)?;
        assert!(
            why.contains("kafka could not be reached; check that it runs"),
            "{why}"
        );
        assert!(
            !why.contains("kafka_connect_retries") && !why.contains("in state"),
            "{why}"
        );
    }
    Ok(())
}
