//! `doctor`: each check by a program that passes it, and by one that does not.

use anyhow::{Context, Result, ensure};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::ports::Port;
use messaging_tests::said::{Said, bare};
use messaging_tests::wait::eventually;
use serde_json::Value;

use crate::support::{SOON, Service};

/// The finding of a check, and the exit code.
fn finding(said: &Said, check: &str) -> Result<(String, String, String)> {
    let found = said.json()?;
    let findings = found["findings"].as_array().context("no findings")?;
    let finding = findings.iter().find(|finding| finding["check"] == check);
    let finding = finding.with_context(|| format!("nothing about {check}: {found}"))?;
    let text = |key: &str| match &finding[key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Ok((text("verdict"), text("what"), text("advice")))
}

#[test]
fn all_is_well_when_the_topics_are_there() -> Result<()> {
    let service = Service::new("well")?;
    let (quiet, loud) = (service.create("quiet", 3)?, service.create("loud", 1)?);
    let said = service.table(&["doctor", "--json"])?;
    assert_eq!(said.json()?["verdict"], "ok", "{}", said.stdout);
    let seen = |check: &str| finding(&said, check).map(|(verdict, what, _)| (verdict, what));
    let ok = |what: &str| ("ok".to_owned(), what.to_owned());
    assert_eq!(seen(&format!("topic {quiet}"))?, ok("3 partitions"));
    assert_eq!(seen(&format!("topic {loud}"))?, ok("1 partition"));
    let letters = format!("dead letter topic {quiet}.dlq");
    assert_eq!(
        seen(&letters)?,
        ok("it is made with the topic whose dead letters it takes (kafka_dlq_auto_create)")
    );
    let group = format!("group {}", service.group("shout"));
    assert_eq!(
        seen(&group)?,
        ok("it is made at the next start, with 0 records to read")
    );
    let (_, broker) = seen("broker")?;
    let node = format!("1 node (1 at {})", service.bootstrap());
    assert!(
        broker.contains(&node) && broker.contains("librdkafka "),
        "{broker}"
    );
    let lines = service.table(&["doctor"])?.stdout;
    assert!(lines.lines().all(|line| line.starts_with("ok    ")), "{lines}");
    Ok(())
}

#[test]
fn absent_topics_fail_with_the_command_that_makes_them() -> Result<()> {
    let service = Service::new("absent")?;
    let said = service.say(&["doctor", "--json"])?;
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.contains("doctor found 2 problems"), "{said:?}");
    let topic = service.topic("quiet");
    let (verdict, what, advice) = finding(&said, &format!("topic {topic}"))?;
    assert_eq!(
        (&*verdict, &*what),
        ("fail", "it does not exist, so nothing is read")
    );
    assert_eq!(advice, format!("create it with `service topics create {topic}`"));
    Ok(())
}

#[test]
fn records_that_nobody_reads_are_warned_of() -> Result<()> {
    let service = Service::new("lag")?;
    let quiet = service.create("quiet", 1)?;
    service.create("loud", 1)?;
    service.write(&quiet, 0, 4)?;
    service.work_off("shout")?;
    service.write(&quiet, 0, 3)?;
    let said = service.table(&["doctor", "--json"])?;
    assert_eq!(said.json()?["verdict"], "warn");
    let (verdict, what, advice) = finding(&said, &format!("group {}", service.group("shout")))?;
    assert_eq!((&*verdict, &*what), ("warn", "Empty, 0 members, lag 3"));
    assert!(advice.contains("nobody reads"), "{advice}");
    Ok(())
}

#[test]
fn a_dead_letter_topic_that_is_too_small_is_told_with_the_command_that_mends_it() -> Result<()> {
    let service = Service::new("small")?;
    let quiet = service.create("quiet", 1)?;
    service.create("loud", 1)?;
    let letters = service.create("quiet.dlq", 1)?;
    let check = format!("dead letter topic {letters}");
    let said = service.table(&["doctor", "--json"])?;
    let (verdict, what, advice) = finding(&said, &check)?;
    assert!(
        verdict == "warn" && what.contains("smaller messages than dead letters may be"),
        "{what}"
    );
    let needed = format!("max.message.bytes={}", 1_048_588 + 64 * 1024);
    assert_eq!(
        advice,
        format!("let it take them: `service topics alter {letters} --config {needed}`")
    );
    let altered = service.table(&["topics", "alter", &letters, "--config", &needed])?;
    assert_eq!(altered.stdout, format!("{letters} has {needed}\n"));
    eventually(SOON, "the new limit", || -> Result<()> {
        let said = service.table(&["doctor", "--json"])?;
        let (verdict, what, _) = finding(&said, &check)?;
        ensure!(verdict == "ok" && what == "1 partition", "{verdict}: {what}");
        Ok(())
    })?;
    assert_eq!(
        service.json(&["topics", "describe", &quiet])?["config"][0]["own"],
        false
    );
    Ok(())
}

#[test]
fn a_broker_that_is_not_there_fails_with_where_it_was_looked_for() -> Result<()> {
    let nobody = Port::reserve()?;
    let address = format!("127.0.0.1:{}", nobody.number());
    let said = Service::on(&address, "nobody").say(&["doctor", "--json"])?;
    assert_eq!(said.code, Some(1));
    let (verdict, what, advice) = finding(&said, "broker")?;
    assert!(verdict == "fail" && what.contains(&address), "{what}");
    assert!(advice.contains("KAFKA_BOOTSTRAP_SERVERS"), "{advice}");
    Ok(())
}

#[test]
fn settings_and_programs_with_problems_fail() -> Result<()> {
    let misfit = env!("CARGO_BIN_EXE_misfit");
    let settings = "[messaging]\nmessage_broker = \"pigeons\"\n";
    let (_folder, command) = bare(misfit, settings, &["doctor", "--json"])?;
    let said = Said::by(command)?;
    let (verdict, what, _) = finding(&said, "settings")?;
    assert!(
        said.code == Some(1) && verdict == "fail" && what.contains("pigeons"),
        "{what}"
    );

    let (_folder, command) = bare(
        misfit,
        "[messaging]\nmessage_broker = \"memory\"\n",
        &["doctor", "--json"],
    )?;
    let said = Said::by(command)?;
    let (verdict, what, _) = finding(&said, "program")?;
    let problem = "no state of type `u64` is provided";
    assert!(
        said.code == Some(1) && verdict == "fail" && what.contains(problem),
        "{what}"
    );
    Ok(())
}

#[test]
fn a_right_that_is_missing_is_named_with_the_rule_that_gives_it() -> Result<()> {
    let authorizer = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
    let server = KafkaServer::builder()
        .property("authorizer.class.name", authorizer)
        .property("allow.everyone.if.no.acl.found", "true")
        .start()?;
    let service = Service::on(&server.bootstrap(), "denied");
    let (quiet, loud) = (service.create("quiet", 1)?, service.create("loud", 1)?);
    let group = service.group("shout");
    for (kind, name) in [("--topic", &quiet), ("--group", &group)] {
        let bootstrap = server.bootstrap();
        let arguments = [
            "--bootstrap-server",
            &bootstrap,
            "--add",
            "--deny-principal",
            "User:ANONYMOUS",
            "--operation",
            "All",
            kind,
            name,
            "--force",
        ];
        KafkaServer::tool("org.apache.kafka.tools.AclCommand", &arguments)?;
    }
    let said = service.say(&["doctor", "--json"])?;
    assert_eq!(said.code, Some(1), "{said:?}");
    for (check, right) in [
        (
            format!("topic {quiet}"),
            format!("--operation Read --topic {quiet}"),
        ),
        (
            format!("group {group}"),
            format!("--operation Read --group {group}"),
        ),
    ] {
        let (verdict, what, advice) = finding(&said, &check)?;
        assert!(
            verdict == "fail" && what.contains("is not allowed"),
            "{check}: {what}"
        );
        let servers = server.bootstrap();
        let rule = format!(
            "`kafka-acls.sh --bootstrap-server {servers} --add --allow-principal User:ANONYMOUS {right}`"
        );
        assert!(advice.contains(&rule), "{advice}");
    }
    assert_eq!(finding(&said, &format!("topic {loud}"))?.0, "ok");
    let why = service.refused(&["topics", "describe", &quiet])?;
    assert!(why.contains("is not allowed") && why.contains(&quiet), "{why}");
    Ok(())
}
