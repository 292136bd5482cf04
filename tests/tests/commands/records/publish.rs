//! `publish`.

use std::process::Stdio;

use anyhow::Result;
use serde_json::{Value, json};

use super::support::{Expect, Shop};

fn parts(record: &Value) -> Value {
    json!({"key": record["key"], "value": record["value"], "headers": record["headers"]})
}

#[test]
fn a_message_is_an_argument_a_file_or_the_input() -> Result<()> {
    let shop = Shop::new("ways")?;
    let topic = shop.topic("t", 1)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("value");
    std::fs::write(&file, "from a\nfile\n")?;
    let file = file.to_string_lossy();
    let publish = ["publish", &topic];
    let with = |more: &[&'static str]| [&publish[..], more].concat();
    let answer = shop.say(&with(&["hello", "-k", "7", "-H", "a=1=2", "--header", "b="]))?;
    assert_eq!(answer.stderr, format!("1 message written to {topic}\n"));
    assert_eq!(answer.done()?, format!("{topic}[0]@0\n"));
    shop.say(&["publish", &topic, "--file", &file])?.done()?;
    shop.say_reading(&publish, "from the\ninput")?.done()?;
    let answer = shop.say_reading(&with(&["--lines", "--key", "k", "--json"]), "one\n\ntwo\r\n")?;
    let offsets: Vec<_> = answer
        .json_lines()?
        .into_iter()
        .map(|line| line["offset"].clone())
        .collect();
    assert_eq!(offsets, [3, 4, 5]);
    shop.say(&with(&["--tombstone", "--key", "7"]))?.done()?;
    let written: Vec<Value> = shop.records(&topic)?.iter().map(parts).collect();
    let headers = json!([{"name": "a", "value": "1=2"}, {"name": "b", "value": ""}]);
    let expected = [
        json!({"key": "7", "value": "hello", "headers": headers}),
        json!({"key": null, "value": "from a\nfile\n", "headers": []}),
        json!({"key": null, "value": "from the\ninput", "headers": []}),
        json!({"key": "k", "value": "one", "headers": []}),
        json!({"key": "k", "value": "", "headers": []}),
        json!({"key": "k", "value": "two", "headers": []}),
        json!({"key": "7", "value": null, "headers": []}),
    ];
    assert_eq!(written, expected);
    Ok(())
}

#[test]
fn what_consume_prints_is_written_again_byte_for_byte() -> Result<()> {
    let shop = Shop::new("trip")?;
    let (from, to) = (shop.topic("from", 1)?, shop.topic("to", 1)?);
    let headers = json!([{"name": "é", "value_base64": "/w=="}, {"name": "é", "value": null}, {"name": "", "value": "\n"}]);
    let input = [
        json!({"key_base64": "gP8A", "value_base64": "AP8=", "headers": headers}),
        json!({"key": "", "value": "\"\\ \n\u{0}", "headers": []}),
        json!({"key": null, "value": null, "headers": []}),
    ];
    let lines: Vec<String> = input.iter().map(ToString::to_string).collect();
    shop.say_reading(&["publish", &from, "--json-lines"], lines.join("\n"))?
        .done()?;
    let printed = shop
        .say(&["consume", &from, "--from-beginning", "--until-end", "--json"])?
        .done()?;
    shop.say_reading(&["publish", &to, "--json-lines"], printed)?
        .done()?;
    let all = |topic: &str| -> Result<Vec<Value>> {
        let mut records = shop.records(topic)?;
        for record in &mut records {
            let record = record.as_object_mut().expect("an object");
            for place in ["topic", "partition", "offset", "timestamp"] {
                assert!(record.remove(place).is_some(), "{record:?}");
            }
        }
        Ok(records)
    };
    assert_eq!(all(&from)?, input);
    assert_eq!(all(&to)?, input);
    Ok(())
}

#[test]
fn a_long_input_is_written_in_its_order() -> Result<()> {
    let shop = Shop::new("long")?;
    let topic = shop.topic("t", 1)?;
    let lines: Vec<String> = (0..5_000).map(|number| number.to_string()).collect();
    let answer = shop
        .say_reading(&["publish", &topic, "--lines"], lines.join("\n"))?
        .done()?;
    assert_eq!(answer.lines().last(), Some(&*format!("{topic}[0]@4999")));
    let written = shop.records(&topic)?;
    assert!(
        written.iter().map(|record| &record["value"]).eq(&lines),
        "their order"
    );
    Ok(())
}

#[test]
fn a_line_that_is_no_message_ends_it_with_what_was_written_before() -> Result<()> {
    let shop = Shop::new("bad-line")?;
    let topic = shop.topic("t", 1)?;
    let input = "{\"value\":\"1\"}\n{\"value\":\"2\"}\n{\"val\":\"3\"}\n{\"value\":\"4\"}\n";
    let said = shop.say_reading(&["publish", &topic, "--json-lines"], input)?;
    assert_eq!((said.code, said.stdout.lines().count()), (Some(1), 2), "{said:?}");
    for part in [
        "line 3 is no message: unknown field `val`",
        "2 messages written before",
    ] {
        assert!(said.stderr.contains(part), "{}", said.stderr);
    }
    assert_eq!(shop.records(&topic)?.len(), 2);
    Ok(())
}

#[test]
fn a_message_that_the_broker_refuses_fails_with_how_many_were_written() -> Result<()> {
    let shop = Shop::new("refused")?;
    let topic = shop.topic("t", 1)?;
    let input = format!("small\n{}\n", "x".repeat(2_000_000));
    let said = shop.say_reading(&["publish", &topic, "--lines"], input)?;
    assert_eq!((said.code, said.stdout), (Some(1), format!("{topic}[0]@0\n")));
    for part in ["the broker refuses the message", "1 message written before"] {
        assert!(said.stderr.contains(part), "{}", said.stderr);
    }
    Ok(())
}

#[test]
fn when_nobody_reads_the_receipts_it_fails_and_says_how_many_were_written() -> Result<()> {
    let shop = Shop::new("no-reader")?;
    let topic = shop.topic("t", 1)?;
    let mut command = shop.command(&["publish", &topic, "x"])?;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    drop(child.stdout.take());
    let output = child.wait_with_output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("1 message written before"), "{told}");
    Ok(())
}

#[test]
fn a_topic_of_the_program_gives_its_messages_their_keys() -> Result<()> {
    let shop = Shop::new("typed")?;
    let topic = shop.topic("prices", 1)?;
    let (tea, ink) = (r#"{"item":"tea","cents":3}"#, r#"{"item":"ink","cents":5}"#);
    let said = shop.say(&["publish", &topic, tea])?;
    assert!(!said.stderr.contains("note"), "{}", said.stderr);
    said.done()?;
    shop.say(&["publish", &topic, tea, "--key", "own"])?.done()?;
    shop.say(&["publish", &topic, tea, "--raw"])?.done()?;
    shop.say_reading(&["publish", &topic, "--lines"], format!("{tea}\n{ink}\n"))?
        .done()?;
    let wrong = r#"{"item":"tea","cents":"many"}"#;
    let said = shop.say(&["publish", &topic, wrong])?;
    assert!(
        said.stderr
            .contains("workers of this topic will not read it: cannot read"),
        "{}",
        said.stderr
    );
    said.done()?;
    let said = shop.say(&["publish", &topic, wrong, "--raw"])?;
    assert!(!said.stderr.contains("note"), "{}", said.stderr);
    said.done()?;
    let said = shop.say_reading(&["publish", &topic, "--lines"], format!("a\n{ink}\nb\n"))?;
    assert!(
        said.stderr.contains("2 messages were written that workers"),
        "{}",
        said.stderr
    );
    said.done()?;
    let keys: Vec<Value> = shop
        .records(&topic)?
        .iter()
        .map(|record| record["key"].clone())
        .collect();
    let expected = json!(["tea", "own", null, "tea", "ink", null, null, null, "ink", null]);
    assert_eq!(json!(keys), expected);
    Ok(())
}
