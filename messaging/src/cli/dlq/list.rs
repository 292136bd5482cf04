//! `dlq list`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde::Serialize;

use super::place::Place;
use crate::App;
use crate::cli::connection::{Connection, failed};
use crate::cli::output::Format;
use crate::cli::table::{Table, maybe, number, text};
use crate::error::Result;

/// How dead letter topics end that are not named otherwise.
const SUFFIX: &str = ".dlq";

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Row {
    topic: String,
    /// The workers of this program whose letters come here.
    workers: BTreeSet<String>,
    /// Offsets between the first and the end; `None` while the topic is not there.
    letters: Option<i64>,
    /// Those that `dlq replay` without filters has not passed.
    not_replayed: Option<i64>,
}

pub(super) async fn run(app: App, options: &Options) -> Result<()> {
    let connection = Connection::open(&app).await?;
    let at_broker: BTreeSet<String> = connection.topic_names().await?.into_iter().collect();
    let mut topics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for topic in at_broker.iter().filter(|topic| topic.ends_with(SUFFIX)) {
        topics.entry(topic.clone()).or_default();
    }
    for worker in app.resolved()?.into_iter().filter(|worker| worker.dead_letters()) {
        for topic in worker.dlq_topics() {
            let workers = topics.entry(topic.to_owned()).or_default();
            workers.insert(worker.name.clone());
        }
    }
    let mut rows = Vec::new();
    for (topic, workers) in topics {
        let is_there = at_broker.contains(&topic);
        rows.push(row(&connection, topic, workers, is_there).await?);
    }
    options.format.show(&rows, |rows| match rows.as_slice() {
        [] => "no worker of this program has dead letters, and no topic at the broker ends with .dlq\n"
            .to_owned(),
        rows => table(rows).to_string(),
    })
}

async fn row(
    connection: &Connection,
    topic: String,
    workers: BTreeSet<String>,
    is_there: bool,
) -> Result<Row> {
    if !is_there {
        let (letters, not_replayed) = (None, None);
        return Ok(Row {
            topic,
            workers,
            letters,
            not_replayed,
        });
    }
    let offsets = connection.admin.offsets(&topic).await;
    let offsets = offsets.map_err(failed("the dead letters could not be counted"))?;
    let left = Place::without_filter(&topic).left(connection, &offsets).await?;
    Ok(Row {
        topic,
        workers,
        letters: Some(offsets.iter().map(|(first, end)| end - first).sum()),
        not_replayed: Some(left.iter().map(|stretch| stretch.len()).sum()),
    })
}

fn table(rows: &[Row]) -> Table {
    let columns = [
        text("TOPIC"),
        number("LETTERS"),
        number("NOT REPLAYED"),
        text("WORKERS"),
    ];
    let mut table = Table::new(columns);
    for row in rows {
        let workers: Vec<&str> = row.workers.iter().map(String::as_str).collect();
        let (letters, not_replayed) = (maybe(row.letters), maybe(row.not_replayed));
        table.row([row.topic.clone(), letters, not_replayed, workers.join(", ")]);
    }
    table
}
