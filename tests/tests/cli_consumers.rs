//! What the commands of a user's program say of its consumers.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use messaging_tests::process::Program;
use serde_json::{Value, json};

const SOURCE: &str = include_str!("../src/bin/consumers.rs");

/// What the program says in an empty folder, with a prefix and no other setting.
fn say(arguments: &[&str]) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_consumers"));
    command.env_clear().current_dir(folder.path()).args(arguments);
    command.env("TOPIC_PREFIX", "dev.");
    let mut program = Program::start(command)?;
    let status = program
        .wait_timeout(Duration::from_secs(20))?
        .context("it does not end")?;
    ensure!(status.success(), "{}", program.stderr()?);
    program.stdout()
}

/// `file:line` of the line that begins so.
fn place(start: &str) -> String {
    let line = SOURCE
        .lines()
        .position(|line| line.trim_start().starts_with(start));
    format!("tests/src/bin/consumers.rs:{}", line.map_or(0, |line| line + 1))
}

#[test]
fn consumers_are_listed_with_the_handler_of_each_event() -> Result<()> {
    let (paid, welcome) = (place("#[on_event(\"payment"), place("#[on_event(\"user"));
    let said = say(&["consumers"])?;
    let rows: Vec<Vec<&str>> = said
        .lines()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    let row = |event, handler, place| {
        [
            "order_events",
            "order-service",
            "dev.user-events, dev.payment-events",
            event,
            handler,
            place,
        ]
    };
    let expected = [
        ["CONSUMER", "GROUP", "TOPICS", "EVENT", "HANDLER", "PLACE"],
        row("payment.received", "paid", &paid),
        row("user.created", "welcome", &welcome),
    ];
    assert_eq!(rows, expected, "{said}");

    let rows: Value = serde_json::from_str(&say(&["consumers", "--json"])?)?;
    let expected = json!([{
        "consumer": "order_events", "group": "order-service", "group_from": "group_id",
        "topics": ["dev.user-events", "dev.payment-events"],
        "dlq_topics": ["dev.user-events.dlq", "dev.payment-events.dlq"],
        "concurrency": 2, "max_retries": 3, "place": place("#[consumer("),
        "events": [
            {"event": "payment.received", "handler": "paid", "place": paid},
            {"event": "user.created", "handler": "welcome", "place": welcome},
        ],
    }]);
    assert_eq!(rows, expected);
    Ok(())
}

#[test]
fn workers_lists_both_kinds() -> Result<()> {
    let rows: Value = serde_json::from_str(&say(&["workers", "--json"])?)?;
    let told = |row: &Value| {
        [&row["kind"], &row["worker"], &row["topic"]].map(|cell| cell.as_str().unwrap_or("").to_owned())
    };
    let told: Vec<_> = rows.as_array().context("a list")?.iter().map(told).collect();
    let expected = [
        ["worker", "post", "dev.letters"],
        ["consumer", "order_events", "dev.user-events, dev.payment-events"],
    ];
    assert_eq!(told, expected);
    assert_eq!(
        say(&["check"])?,
        "1 worker, 1 consumer and the settings fit together\n"
    );
    Ok(())
}
