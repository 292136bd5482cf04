//! `dlq list`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde::Serialize;

use super::filter::Filter;
use super::others::Others;
use super::place::Place;
use crate::App;
use crate::cli::connection::{Connection, DEAD_LETTERS, failed};
use crate::cli::output::Format;
use crate::cli::reading::Stretch;
use crate::cli::table::{Table, maybe, number, text};
use crate::error::Result;

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
    /// Those that no `dlq replay` has passed, with filters or without.
    not_replayed: Option<i64>,
}

pub(super) async fn run(app: App, options: &Options) -> Result<()> {
    let connection = Connection::open(&app).await?;
    let at_broker: BTreeSet<String> = connection.topic_names().await?.into_iter().collect();
    let mut topics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for topic in at_broker.iter().filter(|topic| topic.ends_with(DEAD_LETTERS)) {
        topics.entry(topic.clone()).or_default();
    }
    for worker in app.resolved()?.into_iter().filter(|worker| worker.dead_letters()) {
        for topic in worker.dlq_topics() {
            let workers = topics.entry(topic.to_owned()).or_default();
            workers.insert(worker.name.clone());
        }
    }
    let (mut rows, groups) = (Vec::new(), connection.group_names().await?);
    for (topic, workers) in topics {
        let is_there = at_broker.contains(&topic);
        rows.push(row(&connection, &groups, topic, workers, is_there).await?);
    }
    options.format.show(&rows, |rows| match rows.as_slice() {
        [] => "no worker of this program has dead letters, and no topic at the broker ends with .dlq\n"
            .to_owned(),
        rows => table(rows).to_string(),
    })
}

async fn row(
    connection: &Connection,
    groups: &[String],
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
    let not_replayed = not_replayed(connection, groups, &topic, &offsets).await?;
    Ok(Row {
        topic,
        workers,
        letters: Some(offsets.iter().map(|(first, end)| end - first).sum()),
        not_replayed: Some(not_replayed),
    })
}

async fn not_replayed(
    connection: &Connection,
    groups: &[String],
    topic: &str,
    offsets: &[(i64, i64)],
) -> Result<i64> {
    let all = Filter::default();
    let left = Place::of(topic, &all).left(connection, offsets).await?;
    let others = Others::find(connection, groups, topic, &all, offsets).await?;
    let passed = others.count(connection, topic, &left).await?;
    Ok(left.iter().map(Stretch::len).sum::<i64>() - passed)
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
