//! `workers`: the workers and consumers that are registered, with every decided key.

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::output::Format;
use super::table::{Table, maybe, number, text};
use crate::App;
use crate::app::{Fact, Resolved};
use crate::error::Result;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Row {
    kind: String,
    worker: String,
    topic: String,
    output_topic: Option<String>,
    dlq_topic: Option<String>,
    group: String,
    group_from: &'static str,
    concurrency: usize,
    max_retries: u32,
    place: String,
    keys: BTreeMap<&'static str, Decided>,
}

/// What counts for a key, and who said so.
#[derive(Debug, Serialize)]
struct Decided {
    value: Option<Value>,
    from: String,
}

pub(super) fn run(app: &App, options: &Options) -> Result<()> {
    let rows: Vec<Row> = app.resolved()?.into_iter().map(row).collect();
    options.format.show(&rows, |rows| {
        if rows.is_empty() {
            return "no workers are registered; annotate an async function with #[worker(topic = \"…\")]\n"
                .to_owned();
        }
        table(rows).to_string()
    })
}

fn row(worker: Resolved) -> Row {
    Row {
        kind: worker.kind.to_string(),
        output_topic: worker.output.as_ref().map(|output| output.topic.clone()),
        dlq_topic: worker.dead_letters().then(|| worker.dlq_topics().join(", ")),
        concurrency: worker.keys().concurrency,
        max_retries: worker.keys().retry.max_retries,
        place: worker.place.to_string(),
        keys: worker
            .facts()
            .iter()
            .map(|fact| (fact.key, decided(fact)))
            .collect(),
        topic: worker.topics(),
        worker: worker.name,
        group: worker.group,
        group_from: worker.group_from,
    }
}

fn decided(fact: &Fact) -> Decided {
    Decided {
        value: fact.value.clone(),
        from: match &fact.origin {
            Some(origin) => origin.to_string(),
            None => fact.layer.to_string(),
        },
    }
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new([
        text("WORKER"),
        text("TOPIC"),
        text("OUTPUT"),
        text("DEAD LETTERS"),
        text("GROUP"),
        number("CONCURRENCY"),
        text("PLACE"),
    ]);
    for row in rows {
        table.row([
            row.worker.clone(),
            row.topic.clone(),
            maybe(row.output_topic.as_ref()),
            maybe(row.dlq_topic.as_ref()),
            row.group.clone(),
            row.concurrency.to_string(),
            row.place.clone(),
        ]);
    }
    table
}
