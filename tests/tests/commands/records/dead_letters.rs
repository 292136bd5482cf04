//! `dlq`.

use anyhow::{Context, Result};
use messaging_tests::process::Signal;
use messaging_tests::wait::eventually;
use serde_json::{Value, json};

use super::support::{Expect, SOON, Shop, end};

/// A dead letter as `publish --json-lines` writes it.
pub(crate) fn letter(from: &str, offset: i64, reason: &str, worker: &str, value: &str) -> Value {
    let header = |name: &str, value: &str| json!({"name": format!("messaging.dlq.{name}"), "value": value});
    json!({"key": "k", "value": value, "headers": [
        {"name": "own", "value_base64": "/w=="},
        header("topic", from),
        header("partition", "0"),
        header("offset", &offset.to_string()),
        header("reason", reason),
        header("worker", worker),
        header("attempts", "4"),
        header("error", "it was refused"),
        header("failed-at", "1705314600000"),
    ]})
}

fn write(shop: &Shop, topic: &str, letters: &[Value]) -> Result<()> {
    let lines: Vec<String> = letters.iter().map(ToString::to_string).collect();
    shop.say_reading(&["publish", topic, "--json-lines"], lines.join("\n"))?
        .done()?;
    Ok(())
}

fn values(shop: &Shop, topic: &str) -> Result<Vec<String>> {
    let text = |record: &Value| record["value"].as_str().unwrap_or("(no text)").to_owned();
    Ok(shop.records(topic)?.iter().map(text).collect())
}

/// The value of a record's last header of this name.
fn header<'a>(record: &'a Value, name: &str) -> Option<&'a str> {
    let headers = record["headers"].as_array()?;
    headers.iter().rfind(|header| header["name"] == name)?["value"].as_str()
}

#[test]
fn the_list_has_the_programs_topics_and_those_at_the_broker_with_counts() -> Result<()> {
    let shop = Shop::new("list")?;
    let (own, other) = (shop.name("quiet.dlq"), shop.topic("other.dlq", 2)?);
    shop.topic("nothing.of.the.kind", 1)?;
    shop.write(&other, &[("a", "1"), ("b", "2"), ("c", "3")])?;
    let listed = |shop: &Shop| -> Result<Vec<Value>> {
        let rows: Vec<Value> = serde_json::from_str(&shop.say(&["dlq", "list", "--json"])?.done()?)?;
        let is_ours = |row: &Value| {
            row["topic"]
                .as_str()
                .is_some_and(|topic| topic.starts_with(&shop.name("")))
        };
        Ok(rows.into_iter().filter(is_ours).collect())
    };
    let other_row = json!({"topic": other, "workers": [], "letters": 3, "not_replayed": 3});
    let own_row = |letters: Option<i64>| json!({"topic": own, "workers": ["shout"], "letters": letters, "not_replayed": letters});
    assert_eq!(listed(&shop)?, [other_row.clone(), own_row(None)]);
    shop.topic("quiet.dlq", 1)?;
    shop.write(&own, &[("a", "1")])?;
    assert_eq!(listed(&shop)?, [other_row, own_row(Some(1))]);
    let table = shop.say(&["dlq", "list"])?.done()?;
    let row = table
        .lines()
        .find(|line| line.starts_with(&own))
        .context("its row")?;
    assert_eq!(
        row.split_whitespace().collect::<Vec<_>>(),
        [&*own, "1", "1", "shout"]
    );
    Ok(())
}

#[test]
fn a_letter_of_a_worker_is_shown_and_goes_round_until_it_was_replayed_too_often() -> Result<()> {
    let shop = Shop::new("round")?;
    let (topic, letters) = (shop.topic("quiet", 1)?, shop.topic("quiet.dlq", 1)?);
    shop.topic("loud", 1)?;
    let unreadable = json!({"key": "k", "value_base64": "/wA=", "headers": [{"name": "a", "value": null}]});
    shop.say_reading(&["publish", &topic, "--json-lines"], unreadable.to_string())?
        .done()?;
    let program = shop.start(&["runworker", "shout"])?;
    for round in 0..3_usize {
        eventually(SOON, "the next dead letter", || {
            shop.records(&letters)
                .is_ok_and(|records| records.len() == round + 1)
                .then_some(())
        })?;
        let said = shop.say(&["dlq", "replay", &letters, "--execute", "--max-replays", "2"])?;
        let sent = if round < 2 {
            "sent 1 dead letter\n"
        } else {
            "sent 0 dead letters\n"
        };
        assert!(said.stderr.contains(sent), "round {round}: {}", said.stderr);
        let left = "left out 1 dead letter: replayed 2 times or more (--max-replays)";
        assert_eq!(said.stderr.contains(left), round == 2, "{}", said.stderr);
        said.done()?;
    }
    assert_eq!(end(program, Signal::SIGTERM)?.code, Some(0));
    let original: Vec<Value> = shop.records(&topic)?;
    assert_eq!(original.len(), 3);
    for (round, record) in original.iter().enumerate() {
        assert_eq!(
            (&record["key"], &record["value_base64"]),
            (&json!("k"), &json!("/wA="))
        );
        let replays = json!({"name": "messaging.dlq.replays", "value": round.to_string()});
        let mut headers = vec![json!({"name": "a", "value": null})];
        headers.extend((round > 0).then_some(replays));
        assert_eq!(record["headers"], json!(headers));
    }
    let shown: Vec<Value> = serde_json::from_str(&shop.say(&["dlq", "show", &letters, "--json"])?.done()?)?;
    let replays: Vec<&Value> = shown.iter().map(|letter| &letter["story"]["replays"]).collect();
    assert_eq!(replays, [0, 1, 2]);
    let story = &shown[2]["story"];
    assert_eq!(
        (&story["reason"], &story["worker"], &story["topic"]),
        (&json!("decode"), &json!("shout"), &json!(topic))
    );
    Ok(())
}

#[test]
fn letters_are_shown_with_their_story() -> Result<()> {
    let shop = Shop::new("show")?;
    let letters = shop.topic("orders.dlq", 1)?;
    let all = [
        letter("orders", 7, "exhausted", "charge", "1"),
        letter("orders", 8, "timeout", "charge", "2"),
        letter("users", 9, "timeout", "greet", "3"),
    ];
    write(&shop, &letters, &all)?;
    let shown = |more: &[&str]| -> Result<Vec<Vec<String>>> {
        let answer = shop.say(&[&["dlq", "show", &letters], more].concat())?.done()?;
        let words = |line: &str| {
            line.split("  ")
                .filter(|cell| !cell.is_empty())
                .map(|cell| cell.trim().to_owned())
                .collect()
        };
        Ok(answer.lines().skip(1).map(words).collect())
    };
    let row = [
        "0",
        "1",
        "2024-01-15T10:30:00.000Z",
        "timeout",
        "charge",
        "4",
        "0",
        "orders[0]@8",
        "\"k\"",
        "it was refused",
    ];
    assert_eq!(shown(&[])?.len(), 3);
    assert_eq!(shown(&["--reason", "timeout", "--worker", "charge"])?, [row]);
    assert_eq!(shown(&["--max-messages", "1"])?[0][7], "users[0]@9");
    assert_eq!(shown(&["--reason", "panic"])?.len(), 0);
    Ok(())
}

#[test]
fn a_replay_only_says_what_it_would_send_until_it_is_told_to_and_remembers_how_far_it_is() -> Result<()> {
    let shop = Shop::new("replay")?;
    let (orders, letters) = (shop.topic("orders", 1)?, shop.topic("orders.dlq", 1)?);
    write(
        &shop,
        &letters,
        &[
            letter(&orders, 0, "timeout", "charge", "1"),
            letter(&orders, 1, "panic", "charge", "2"),
        ],
    )?;
    let replay = |more: &[&str]| shop.say(&[&["dlq", "replay", &letters], more].concat());
    let said = replay(&[])?;
    for part in [
        "would send 2 dead letters",
        "nothing was sent; --execute sends it",
    ] {
        assert!(said.stderr.contains(part), "{}", said.stderr);
    }
    let first = format!("[0]@0 -> {orders}  key \"k\"  reason timeout  worker charge  replays 0");
    assert_eq!(said.done()?.lines().next(), Some(&*first));
    assert!(values(&shop, &orders)?.is_empty());

    replay(&["--execute", "--max-messages", "1"])?.done()?;
    assert_eq!(values(&shop, &orders)?, ["1"]);
    assert_eq!(
        Shop::committed(&format!("messaging.dlq-replay.{letters}"), &letters)?,
        [Some(1)]
    );
    replay(&["--execute"])?.done()?;
    assert_eq!(values(&shop, &orders)?, ["1", "2"]);
    assert_eq!(replay(&["--execute"])?.done()?, "", "all are passed");
    replay(&["--execute", "--from-beginning"])?.done()?;
    assert_eq!(values(&shop, &orders)?, ["1", "2", "1", "2"]);

    let record = &shop.records(&orders)?[0];
    let headers =
        json!([{"name": "own", "value_base64": "/w=="}, {"name": "messaging.dlq.replays", "value": "1"}]);
    assert_eq!((&record["key"], &record["headers"]), (&json!("k"), &headers));
    assert_eq!(header(record, "messaging.dlq.replays"), Some("1"));
    Ok(())
}

#[test]
fn each_choice_of_letters_has_a_place_of_its_own() -> Result<()> {
    let shop = Shop::new("choice")?;
    let (orders, letters) = (shop.topic("orders", 1)?, shop.topic("orders.dlq", 1)?);
    let all = [
        letter(&orders, 0, "timeout", "charge", "1"),
        letter(&orders, 1, "panic", "charge", "2"),
        letter(&orders, 2, "timeout", "greet", "3"),
        json!({"key": "k", "value": "of somebody else", "headers": []}),
    ];
    write(&shop, &letters, &all)?;
    let replay =
        |more: &[&str]| shop.say(&[&["dlq", "replay", &letters, "--execute", "--json"], more].concat());
    let sent = replay(&["--reason", "timeout", "--worker", "greet"])?.json_lines()?;
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (&sent[0]["action"], &sent[0]["offset"]),
        (&json!("send"), &json!(2))
    );
    replay(&["--reason", "panic"])?.done()?;
    assert_eq!(values(&shop, &orders)?, ["3", "2"]);
    assert_eq!(replay(&["--reason", "panic"])?.done()?, "");
    let said = replay(&[])?;
    let left_out = "left out 1 record: no header says where it comes from";
    assert!(said.stderr.contains(left_out), "{}", said.stderr);
    let passed = "left out 2 dead letters: passed by a replay with other filters";
    assert!(said.stderr.contains(passed), "{}", said.stderr);
    said.done()?;
    assert_eq!(values(&shop, &orders)?, ["3", "2", "1"], "each was sent once");
    Ok(())
}

/// How many letters `dlq list` says are not replayed.
fn not_replayed(shop: &Shop, letters: &str) -> Result<Value> {
    let rows: Vec<Value> = serde_json::from_str(&shop.say(&["dlq", "list", "--json"])?.done()?)?;
    let row = rows.into_iter().find(|row| row["topic"] == letters);
    Ok(row.context("its row")?["not_replayed"].clone())
}

#[test]
fn a_letter_is_sent_once_whichever_filter_sent_it() -> Result<()> {
    let shop = Shop::new("once")?;
    let (orders, letters) = (shop.topic("orders", 1)?, shop.topic("orders.dlq", 1)?);
    let reasons = ["decode", "exhausted", "timeout", "panic"];
    let all = reasons
        .iter()
        .zip(0..)
        .map(|(reason, n)| letter(&orders, n, reason, "charge", reason));
    write(&shop, &letters, &all.collect::<Vec<_>>())?;
    let replay = |more: &[&str]| shop.say(&[&["dlq", "replay", &letters], more].concat());
    assert_eq!(not_replayed(&shop, &letters)?, 4);
    replay(&["--reason", "exhausted", "--execute"])?.done()?;
    replay(&["--partition", "0", "--offset", "3", "--execute"])?.done()?;
    assert_eq!(values(&shop, &orders)?, ["exhausted", "panic"]);
    assert_eq!(not_replayed(&shop, &letters)?, 2);
    let said = replay(&[])?;
    assert!(
        said.stderr.contains("would send 2 dead letters"),
        "{}",
        said.stderr
    );
    replay(&["--execute"])?.done()?;
    assert_eq!(
        values(&shop, &orders)?,
        ["exhausted", "panic", "decode", "timeout"]
    );
    assert_eq!(not_replayed(&shop, &letters)?, 0);
    let said = replay(&["--reason", "timeout"])?;
    for part in [
        "would send 0 dead letters",
        "left out 1 dead letter: passed by a replay",
    ] {
        assert!(said.stderr.contains(part), "{}", said.stderr);
    }
    assert!(!said.stderr.contains("--execute"), "{}", said.stderr);
    replay(&["--reason", "timeout", "--from-beginning", "--execute"])?.done()?;
    assert_eq!(
        values(&shop, &orders)?.last().map(String::as_str),
        Some("timeout")
    );
    Ok(())
}

#[test]
fn a_choice_that_no_letter_is_of_leaves_no_group_behind() -> Result<()> {
    let shop = Shop::new("nobody")?;
    let (orders, letters) = (shop.topic("orders", 1)?, shop.topic("orders.dlq", 1)?);
    write(&shop, &letters, &[letter(&orders, 0, "timeout", "charge", "1")])?;
    let said = shop.say(&["dlq", "replay", &letters, "--worker", "chrage", "--execute"])?;
    assert!(said.stderr.contains("sent 0 dead letters"), "{}", said.stderr);
    said.done()?;
    let groups = shop.say(&["groups", "list"])?.done()?;
    assert!(
        !groups.contains(&format!("messaging.dlq-replay.{letters}")),
        "{groups}"
    );
    Ok(())
}

#[test]
fn records_that_are_no_dead_letters_are_not_shown_as_some() -> Result<()> {
    let shop = Shop::new("ordinary")?;
    let orders = shop.topic("orders", 1)?;
    shop.write(&orders, &[("a", "1"), ("b", "2")])?;
    let said = shop.say(&["dlq", "show", &orders])?;
    let told = "left out 2 records: no header says where it comes from, so it is no dead letter";
    assert!(said.stderr.contains(told), "{}", said.stderr);
    assert_eq!(said.done()?, format!("no such dead letter is in {orders}\n"));
    assert_eq!(
        shop.say(&["dlq", "show", &orders, "--json"])?.done()?.trim(),
        "[]"
    );
    Ok(())
}

#[test]
fn a_pipe_gets_the_whole_error() -> Result<()> {
    let shop = Shop::new("whole")?;
    let letters = shop.topic("orders.dlq", 1)?;
    let mut long = letter("orders", 7, "exhausted", "charge", "1");
    let error = "because ".repeat(40) + "of this";
    let headers = long["headers"].as_array_mut().context("its headers")?;
    headers.retain(|header| header["name"] != "messaging.dlq.error");
    headers.push(json!({"name": "messaging.dlq.error", "value": error}));
    write(&shop, &letters, &[long])?;
    let shown = shop.say(&["dlq", "show", &letters])?.done()?;
    assert!(shown.contains(&error), "{shown}");
    Ok(())
}

#[test]
fn a_letter_that_cannot_be_sent_ends_a_replay_which_goes_on_there_later() -> Result<()> {
    let shop = Shop::new("no-origin")?;
    let (orders, letters) = (shop.name("orders"), shop.topic("orders.dlq", 1)?);
    let paid = shop.topic("paid", 1)?;
    let of = |topic: &str, offset: i64, value: &str| letter(topic, offset, "timeout", "charge", value);
    let all = [of(&paid, 0, "0"), of(&orders, 0, "1"), of(&paid, 1, "2")];
    write(&shop, &letters, &all)?;
    for sent in ["sent 1 dead letter", "sent 0 dead letters"] {
        let said = shop.say(&["dlq", "replay", &letters, "--execute"])?;
        assert_eq!(said.code, Some(1), "{}", said.stderr);
        for part in [
            sent,
            "the letter at offset 1 of partition 0 was not sent",
            &format!("topic \"{orders}\""),
            "the replay has not ended; run it again",
        ] {
            assert!(said.stderr.contains(part), "`{part}` is not in:\n{}", said.stderr);
        }
    }
    shop.topic("orders", 1)?;
    shop.say(&["dlq", "replay", &letters, "--execute"])?.done()?;
    assert_eq!(values(&shop, &orders)?, ["1"]);
    let paid = values(&shop, &paid)?;
    let first = paid.iter().filter(|value| *value == "0");
    assert_eq!(first.count(), 1, "what stands before it is passed: {paid:?}");
    assert!(paid.contains(&"2".to_owned()), "{paid:?}");
    Ok(())
}
