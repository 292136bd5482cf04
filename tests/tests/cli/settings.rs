//! `settings`, and settings that are wrong.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::support::*;

#[test]
fn settings_are_listed_with_their_places_and_no_secret() -> Result<()> {
    let said = operated(&["settings"])?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let lines: Vec<String> = said
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for line in [
        "SETTING VALUE FROM",
        "message_broker memory App::defaults",
        "kafka_client_id dotted .env:1 KAFKA__CLIENT_ID",
        "kafka_sasl_password *** messaging.toml:2",
        "rabbitmq_url amqp://shop:***@rabbit messaging.toml:3",
        "kafka_linger_ms 0 default",
        "service - default",
        "WORKER KEY VALUE FROM",
        "hear-it timeout 1m30s environment WORKER__HEAR_IT__TIMEOUT",
        "shout concurrency 3 environment WORKER__SHOUT__CONCURRENCY",
        "shout max_retries 9 messaging.toml:5",
    ] {
        assert!(
            lines.iter().any(|found| found == line),
            "`{line}` is not in:\n{}",
            said.stdout
        );
    }
    assert!(!said.stdout.contains("hunter2") && !said.stderr.contains("hunter2"));
    let warning = ".env:2 KAFKA_BOOTSTRAP_SERVER is no setting; KAFKA_BOOTSTRAP_SERVERS is";
    assert!(
        said.stderr.contains("WARN") && said.stderr.contains(warning),
        "{}",
        said.stderr
    );
    Ok(())
}

#[test]
fn settings_are_listed_as_json() -> Result<()> {
    let said = operated(&["settings", "--json"])?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let found: Value = serde_json::from_str(&said.stdout)?;
    let settings = found["settings"].as_array().context("it is a list")?;
    let row = |key: &str| {
        settings
            .iter()
            .find(|row| row["key"] == key)
            .context("it is a key")
    };
    let client = serde_json::json!({
        "key": "kafka_client_id", "value": "dotted", "from": ".env:1 KAFKA__CLIENT_ID",
        "environment": "KAFKA_CLIENT_ID", "default": "messaging", "allowed": "text that is not empty",
        "meaning": "The name under which the brokers see this program",
    });
    assert_eq!(row("kafka_client_id")?, &client);
    assert_eq!(row("kafka_sasl_password")?["value"], "***");
    assert_eq!(row("service")?["value"], Value::Null);
    let workers = serde_json::json!([
        {"worker": "hear-it", "key": "timeout", "value": "1m30s", "from": "environment WORKER__HEAR_IT__TIMEOUT"},
        {"worker": "shout", "key": "concurrency", "value": 3, "from": "environment WORKER__SHOUT__CONCURRENCY"},
        {"worker": "shout", "key": "max_retries", "value": 9, "from": "messaging.toml:5"},
    ]);
    assert_eq!(found["workers"], workers);
    assert_eq!(found["warnings"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[test]
fn settings_that_are_wrong_fail_every_command_with_what_is_allowed() -> Result<()> {
    for arguments in [&["check"][..], &["workers"], &["run"], &[]] {
        let said = say(SERVICE, "[messaging]\nmessage_broker = \"pigeons\"\n", arguments)?;
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        for part in ["pigeons", "memory", "kafka", "messaging.toml:2"] {
            assert!(said.stderr.contains(part), "`{part}` is not in:\n{}", said.stderr);
        }
    }
    Ok(())
}
