//! What the README and the files for containers say about the example is true.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use messaging_tests::kafka::VERSION;
use serde_json::Value;

use super::shop::{Orders, end};

/// A file of the repository.
macro_rules! file {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../", $path))
    };
}

/// The blocks of one language in the README's walk.
fn blocks(language: &str) -> Result<Vec<&'static str>> {
    let readme = file!("README.md");
    let (_, walk) = readme
        .split_once("\n## A shop on Kafka, step by step\n")
        .context("the README has no walk")?;
    let (walk, _) = walk.split_once("\n## ").context("the walk has no end")?;
    let begin = format!("```{language}\n");
    let block = |rest: &'static str| rest.split_once("```").map(|(block, _)| block);
    Ok(walk.split(begin.as_str()).skip(1).filter_map(block).collect())
}

/// With what differs each time replaced: ids and times.
fn shape(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => fields.values_mut().for_each(|field| *field = shape(field.take())),
        Value::Array(items) => items.iter_mut().for_each(|item| *item = shape(item.take())),
        Value::String(text) if text.len() == 36 && text.matches('-').count() == 4 => *text = "an id".into(),
        Value::String(text) if text.len() == 24 && text.ends_with('Z') => *text = "a time".into(),
        _ => {}
    }
    value
}

#[test]
fn the_answers_in_the_readme_are_those_of_its_curl_lines() -> Result<()> {
    let orders = Orders::start(&[], &[("MESSAGE_BROKER", "memory")])?;
    let requests: Vec<&str> = blocks("sh")?
        .into_iter()
        .filter(|block| block.contains("curl"))
        .collect();
    assert_eq!(requests.len(), 4);
    // Each curl that prints gets a line of its own.
    let script = requests
        .join("echo\n")
        .replace("localhost:3000", orders.address());
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = String::from_utf8(output.stdout)?;
    let lines = printed.lines().filter(|line| !line.is_empty());
    let answers: Vec<Value> = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;

    let mut told: Vec<Value> = blocks("json")?
        .into_iter()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    // The third is the event, which no curl prints; the walk on Kafka compares its fields.
    let event = told.remove(2);
    assert_eq!(event["orderId"], told[1]["id"]);
    let shapes = |values: Vec<Value>| values.into_iter().map(shape).collect::<Vec<_>>();
    assert_eq!(shapes(answers), shapes(told));
    end(orders.program)
}

#[test]
fn containers_have_the_versions_that_are_tested() {
    let kafka = format!("image: apache/kafka:{VERSION}\n");
    assert!(file!("compose.yaml").contains(&kafka), "{kafka}");
    let toolchain = file!("rust-toolchain.toml");
    let rust = toolchain.split('"').nth(1).unwrap_or_default();
    let image = file!("examples/ecommerce/Dockerfile");
    assert!(image.contains(&format!("FROM rust:{rust}-")), "{rust}");
    assert!(image.contains(&format!("RUSTUP_TOOLCHAIN={rust}\n")), "{rust}");
}
