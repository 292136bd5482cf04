//! What a user gets wrong, and a broker that is not there.

use anyhow::Result;
use messaging_tests::kafka::KafkaServer;
use messaging_tests::ports::Port;
use messaging_tests::said::Said;

use super::support::{Expect, Shop};

#[test]
fn an_absent_topic_suggests_the_nearest() -> Result<()> {
    let shop = Shop::new("absent")?;
    let topic = shop.topic("orders", 1)?;
    let wrong = shop.name("oders");
    let commands = [
        &["consume", &wrong][..],
        &["publish", &wrong, "x"],
        &["dlq", "show", &wrong],
        &["dlq", "replay", &wrong],
    ];
    for arguments in commands {
        let said = shop.say(arguments)?;
        said.failed(
            1,
            &[&format!(
                "there is no topic \"{wrong}\"; did you mean \"{topic}\"?"
            )],
        );
        assert!(!said.stderr.contains("create it"), "{}", said.stderr);
    }
    let said = shop.say(&["consume", &topic, "--partition", "4"])?;
    said.failed(1, &["no partition 4; it has 1, counted from 0"]);
    Ok(())
}

#[test]
fn a_topic_like_no_other_is_to_be_created_where_it_could_be_wanted() -> Result<()> {
    let shop = Shop::new("fresh")?;
    let wanted = "emails-of-nobody-7";
    let letters = shop.topic("emails-of-nobody-7.dlq", 1)?;
    let create = format!("create it with `service topics create {wanted}`");
    for arguments in [
        &["consume", wanted][..],
        &["publish", wanted, "x"],
        &["topics", "describe", wanted],
    ] {
        let said = shop.say(arguments)?;
        said.failed(1, &[&create]);
        assert!(!said.stderr.contains("did you mean"), "{}", said.stderr);
    }
    for arguments in [
        &["dlq", "show", wanted][..],
        &["dlq", "replay", wanted],
        &["topics", "delete", wanted],
        &["topics", "alter", wanted, "--partitions", "2"],
        &[
            "groups",
            "reset",
            "messaging-tests.shout",
            "--topic",
            wanted,
            "--to-latest",
        ],
    ] {
        let said = shop.say(arguments)?;
        said.failed(1, &[&format!("did you mean \"{letters}\"?")]);
        assert!(!said.stderr.contains("create it"), "{}", said.stderr);
    }
    Ok(())
}

#[test]
fn arguments_that_are_wrong_are_refused_with_code_2() -> Result<()> {
    let shop = Shop::new("arguments")?;
    for (arguments, why) in [
        (&["consume"][..], "<TOPIC>"),
        (&["consume", "t", "--last", "many"], "invalid digit"),
        (&["consume", "t", "--last", "0"], "0 is not in"),
        (&["consume", "t", "--max-messages", "0"], "0 is not in"),
        (&["consume", "t", "--partition", "-1"], "-1"),
        (
            &["consume", "t", "--last", "1", "--from-beginning"],
            "cannot be used with",
        ),
        (&["publish", "t", "x", "--header", "a"], "write it as NAME=VALUE"),
        (
            &["publish", "t", "x", "--header", "=a"],
            "the name before `=` is empty",
        ),
        (&["publish", "t", "--tombstone"], "--key"),
        (&["publish", "t", "x", "--file", "f"], "cannot be used with"),
        (
            &["publish", "t", "--json-lines", "--key", "k"],
            "cannot be used with",
        ),
        (&["consumer"], "--group"),
        (&["dlq"], "replay"),
        (&["dlq", "replay"], "<TOPIC>"),
        (&["dlq", "show", "t", "--max-messages", "0"], "0 is not in"),
        (&["dlq", "replay", "t", "--max-replays", "-1"], "-1"),
        (
            &["dlq", "replay", "t", "--reason", "exhuasted", "--execute"],
            "[possible values: decode, rejected, exhausted, timeout, panic, output]",
        ),
        (
            &["dlq", "show", "t", "--reason", "exhuasted"],
            "a similar value exists: 'exhausted'",
        ),
        (&["dlq", "replay", "t", "--offset", "7"], "--partition"),
    ] {
        shop.say(arguments)?.failed(2, &[why]);
    }
    Ok(())
}

#[test]
fn a_file_that_is_not_there_is_named() -> Result<()> {
    let shop = Shop::new("file")?;
    let topic = shop.topic("t", 1)?;
    shop.say(&["publish", &topic, "--file", "absent.json"])?
        .failed(1, &["absent.json cannot be read: "]);
    Ok(())
}

#[test]
fn a_broker_that_is_not_there_is_told_at_once() -> Result<()> {
    let (shop, nobody) = (Shop::new("nobody")?, Port::reserve()?);
    for arguments in [&["consume", "t"][..], &["publish", "t", "x"], &["dlq", "list"]] {
        let mut command = shop.command(arguments)?;
        command.env(
            "KAFKA_BOOTSTRAP_SERVERS",
            format!("127.0.0.1:{}", nobody.number()),
        );
        Said::by(command)?.failed(1, &["kafka could not be reached", "kafka at 127.0.0.1:"]);
    }
    Ok(())
}

#[test]
fn a_memory_broker_is_empty_and_says_so() -> Result<()> {
    let shop = Shop::new("memory")?;
    for arguments in [
        &["consume", "t"][..],
        &["publish", "t", "x"],
        &["dlq", "show", "t"],
    ] {
        let mut command = shop.command(arguments)?;
        command.env("MESSAGE_BROKER", "memory");
        let said = Said::by(command)?;
        said.failed(
            1,
            &[
                "the memory broker lives inside one process",
                "there is no topic \"t\"; there are none",
            ],
        );
        assert!(!said.stderr.contains("create it"), "{}", said.stderr);
    }
    Ok(())
}

#[test]
fn a_topic_that_may_not_be_read_is_named_and_reading_needs_no_right_on_a_group() -> Result<()> {
    let server = KafkaServer::builder()
        .property(
            "authorizer.class.name",
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        )
        .property("allow.everyone.if.no.acl.found", "true")
        .start()?;
    let (shop, bootstrap) = (Shop::new("denied")?, server.bootstrap());
    let say = |arguments: &[&str]| -> Result<Said> {
        let mut command = shop.command(arguments)?;
        command.env("KAFKA_BOOTSTRAP_SERVERS", &bootstrap);
        Said::by(command)
    };
    for topic in ["open", "closed"] {
        say(&["topics", "create", topic, "--partitions", "1"])?.done()?;
        say(&["publish", topic, "x"])?.done()?;
    }
    for (operation, kind, name) in [("All", "--group", "*"), ("Read", "--topic", "closed")] {
        let to = ["--bootstrap-server", &bootstrap, "--add", "--force"];
        let rule = [
            "--deny-principal",
            "User:ANONYMOUS",
            "--operation",
            operation,
            kind,
            name,
        ];
        KafkaServer::tool("org.apache.kafka.tools.AclCommand", &[&to[..], &rule].concat())?;
    }
    let consume = |topic| say(&["consume", topic, "--from-beginning", "--until-end"]);
    let answer = consume("open")?.done()?;
    assert!(answer.ends_with("  x\n"), "{answer}");
    consume("closed")?.failed(
        1,
        &[
            "the topic \"closed\" is not allowed",
            "give the principal that right",
        ],
    );
    Ok(())
}
