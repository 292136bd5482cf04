//! `consume`.

use std::collections::BTreeSet;
use std::process::Stdio;

use anyhow::{Context, Result};
use messaging_tests::process::Signal;
use messaging_tests::wait::eventually;

use super::support::{Expect, SOON, Shop, end};

#[test]
fn people_get_a_line_for_each_record_whole_when_it_is_no_terminal() -> Result<()> {
    let shop = Shop::new("people")?;
    let topic = shop.topic("t", 1)?;
    let long = "x".repeat(5_000);
    let input = [
        serde_json::json!({"key": "7", "headers": [{"name": "a", "value": "1"}], "value": long}),
        serde_json::json!({"key": null, "value_base64": "/wA="}),
        serde_json::json!({"key": "gone", "value": null}),
        serde_json::json!({"key": "", "value": "two\nlines"}),
    ];
    let lines: Vec<String> = input.iter().map(ToString::to_string).collect();
    shop.say_reading(&["publish", &topic, "--json-lines"], lines.join("\n"))?
        .done()?;
    let said = shop.say(&["consume", &topic, "--from-beginning", "--until-end"])?;
    assert_eq!(said.stderr, format!("4 records of {topic}\n"));
    let answer = said.done()?;
    let expected = [
        ("[0]@0  20", format!("Z  key \"7\"  a=\"1\"  {long}")),
        ("[0]@1  20", "Z  key null  base64:/wA=".to_owned()),
        ("[0]@2  20", "Z  key \"gone\"  (tombstone)".to_owned()),
        ("[0]@3  20", "Z  key \"\"  two\\nlines".to_owned()),
    ];
    assert_eq!(answer.lines().count(), expected.len(), "{answer}");
    for (line, (start, rest)) in answer.lines().zip(expected) {
        assert!(line.starts_with(start) && line.ends_with(&rest), "{line}");
    }
    Ok(())
}

#[test]
fn from_latest_it_follows_until_it_is_interrupted_and_commits_nothing() -> Result<()> {
    for (signal, arguments) in [(Signal::SIGINT, &[][..]), (Signal::SIGTERM, &["--from-latest"])] {
        let shop = Shop::new("follows")?;
        let topic = shop.topic("t", 2)?;
        shop.write(&topic, &[("k", "old")])?;
        let mut program = shop.start(&[&["consume", &topic], arguments].concat())?;
        program.wait_for_line(
            |line| line.contains("new records of") && line.contains("Ctrl-C"),
            SOON,
        )?;
        shop.write(&topic, &[("k", "new-1"), ("k", "new-2")])?;
        program.wait_for_line(|line| line.ends_with("new-2"), SOON)?;
        let said = end(program, signal)?;
        assert!(
            said.stderr.ends_with(&format!("2 records of {topic}\n")),
            "{}",
            said.stderr
        );
        let answer = said.done()?;
        let values: Vec<_> = answer
            .lines()
            .filter_map(|line| line.split("  ").last())
            .collect();
        assert_eq!(values, ["new-1", "new-2"]);
        assert_eq!(Shop::committed("messaging.reader", &topic)?, [None, None]);
    }
    Ok(())
}

#[test]
fn a_number_of_records_ends_it_also_while_it_follows() -> Result<()> {
    let shop = Shop::new("most")?;
    let topic = shop.topic("t", 1)?;
    shop.write(&topic, &[("k", "1"), ("k", "2"), ("k", "3")])?;
    let answer = shop.say(&[
        "consume",
        &topic,
        "--from-beginning",
        "--max-messages",
        "2",
        "--json",
    ])?;
    let offsets: Vec<_> = answer
        .json_lines()?
        .into_iter()
        .map(|record| record["offset"].clone())
        .collect();
    assert_eq!(offsets, [0, 1]);
    Ok(())
}

#[test]
fn partitions_that_are_added_are_followed_too() -> Result<()> {
    let shop = Shop::new("added")?;
    let topic = shop.topic("t", 1)?;
    let mut program = shop.start(&["consume", &topic, "--json"])?;
    program.wait_for_line(|line| line.starts_with("new records of"), SOON)?;
    shop.say(&["topics", "alter", &topic, "--partitions", "3"])?
        .done()?;
    let keys: Vec<String> = (0..30).map(|number| format!("key-{number}")).collect();
    let texts: Vec<(&str, &str)> = keys.iter().map(|key| (&**key, "text")).collect();
    shop.write(&topic, &texts)?;
    eventually(SOON, "all to be printed", || {
        let printed = program
            .stdout()
            .is_ok_and(|printed| printed.lines().count() == 30);
        printed.then_some(())
    })?;
    let printed = end(program, Signal::SIGTERM)?.json_lines()?;
    let partitions: BTreeSet<_> = printed
        .iter()
        .map(|record| record["partition"].to_string())
        .collect();
    assert_eq!(partitions.len(), 3, "{partitions:?}");
    Ok(())
}

#[test]
fn the_last_are_the_newest_of_all_partitions_oldest_first() -> Result<()> {
    let shop = Shop::new("last")?;
    let topic = shop.topic("t", 3)?;
    for number in 0..6 {
        let (key, value) = (format!("key-{number}"), format!("value-{number}"));
        shop.write(&topic, &[(&key, &value)])?;
    }
    let values = |arguments: &[&str]| -> Result<Vec<String>> {
        let said = shop.say(&[&["consume", &topic, "--json"], arguments].concat())?;
        let text = |record: serde_json::Value| record["value"].as_str().map(str::to_owned);
        said.json_lines()?
            .into_iter()
            .map(text)
            .map(|text| text.context("no text"))
            .collect()
    };
    assert_eq!(values(&["--last", "2"])?, ["value-4", "value-5"]);
    assert_eq!(values(&["--last", "100"])?.len(), 6);
    assert_eq!(
        values(&["--last", "1", "--key", "key-0"])?,
        ["value-0"],
        "it lies before the newest"
    );
    Ok(())
}

#[test]
fn partition_and_key_choose() -> Result<()> {
    let shop = Shop::new("chosen")?;
    let topic = shop.topic("t", 3)?;
    let texts: Vec<(String, String)> = (0..30).map(|n| (format!("k{}", n % 5), n.to_string())).collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(key, value)| (&**key, &**value)).collect();
    shop.write(&topic, &texts)?;
    let from = ["consume", &topic, "--from-beginning", "--until-end", "--json"];
    let of_key = shop.say(&[&from[..], &["--key", "k3"]].concat())?.json_lines()?;
    assert_eq!(of_key.len(), 6);
    assert!(of_key.iter().all(|record| record["key"] == "k3"), "{of_key:?}");
    let mut count = 0;
    for (number, partition) in [(0, "0"), (1, "1"), (2, "2")] {
        let found = shop
            .say(&[&from[..], &["--partition", partition]].concat())?
            .json_lines()?;
        assert!(found.iter().all(|record| record["partition"] == number));
        count += found.len();
    }
    assert_eq!(count, 30);
    Ok(())
}

#[test]
fn a_reader_that_has_gone_is_no_mistake() -> Result<()> {
    let shop = Shop::new("gone")?;
    let topic = shop.topic("t", 1)?;
    shop.write(&topic, &[("k", "1"), ("k", "2")])?;
    let mut command = shop.command(&["consume", &topic, "--from-beginning"])?;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    drop(child.stdout.take());
    let output = child.wait_with_output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    Ok(())
}
