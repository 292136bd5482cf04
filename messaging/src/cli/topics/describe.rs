//! `topics describe`.

use clap::Args;
use serde::Serialize;

use crate::App;
use crate::broker::{PartitionDescription, TopicConfig};
use crate::cli::connection::{Connection, IfAbsent, failed};
use crate::cli::output::{Format, counted};
use crate::cli::table::{Table, maybe, number, text};
use crate::error::Result;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The topic, as the broker names it
    name: String,
    /// Show the keys of the configuration that have the broker's value as well; --json always has them
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Topic {
    topic: String,
    records: i64,
    partitions: Vec<Partition>,
    config: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Partition {
    partition: i32,
    leader: Option<i32>,
    replicas: Vec<i32>,
    in_sync: Vec<i32>,
    first: Option<i64>,
    end: Option<i64>,
}

#[derive(Debug, Serialize)]
struct Entry {
    key: String,
    value: Option<String>,
    /// Whether it was set for this topic.
    own: bool,
}

pub(in crate::cli) async fn run(app: &App, options: &Options) -> Result<()> {
    let connection = Connection::open(app).await?;
    let topic = look(&connection, &options.name).await?;
    options
        .format
        .show(&topic, |topic| for_people(topic, options.all))
}

async fn look(connection: &Connection, name: &str) -> Result<Topic> {
    let partitions = connection.partitions(name, IfAbsent::SuggestOrCreate).await?;
    // A partition without a leader cannot be asked, and the rest is worth seeing then.
    let led = partitions.iter().all(|partition| partition.leader.is_some());
    let offsets = if led {
        let offsets = connection.admin.offsets(name).await;
        offsets.map_err(failed(format!("the records of \"{name}\" could not be counted")))?
    } else {
        Vec::new()
    };
    let config = connection.admin.topic_config(name).await;
    let config = config.map_err(failed(format!("\"{name}\" could not be looked at")))?;
    let row = |(index, found)| partition(found, offsets.get(index).copied());
    Ok(Topic {
        topic: name.to_owned(),
        records: offsets.iter().map(|(first, end)| end - first).sum(),
        partitions: partitions.into_iter().enumerate().map(row).collect(),
        config: config.into_iter().map(entry).collect(),
    })
}

fn partition(found: PartitionDescription, offsets: Option<(i64, i64)>) -> Partition {
    Partition {
        partition: found.partition,
        leader: found.leader,
        replicas: found.replicas,
        in_sync: found.in_sync,
        first: offsets.map(|(first, _)| first),
        end: offsets.map(|(_, end)| end),
    }
}

fn entry(found: TopicConfig) -> Entry {
    Entry {
        key: found.name,
        value: found.value,
        own: found.is_own,
    }
}

fn for_people(topic: &Topic, all: bool) -> String {
    let partitions = counted(topic.partitions.len(), "partition");
    let records = counted(usize::try_from(topic.records).unwrap_or(0), "record");
    let mut shown = format!(
        "{}: {partitions}, {records}\n\n{}",
        topic.topic,
        partitions_table(topic)
    );
    let mut config = Table::new([text("KEY"), text("VALUE")]);
    let entries: Vec<&Entry> = topic.config.iter().filter(|entry| all || entry.own).collect();
    for entry in &entries {
        config.row([entry.key.clone(), maybe(entry.value.as_ref())]);
    }
    if !entries.is_empty() {
        shown.push_str(&format!("\n{config}"));
    }
    shown
}

fn partitions_table(topic: &Topic) -> Table {
    let mut table = Table::new([
        number("PARTITION"),
        number("LEADER"),
        text("REPLICAS"),
        text("IN SYNC"),
        number("FIRST"),
        number("END"),
    ]);
    for row in &topic.partitions {
        table.row([
            row.partition.to_string(),
            maybe(row.leader),
            listed(&row.replicas),
            listed(&row.in_sync),
            maybe(row.first),
            maybe(row.end),
        ]);
    }
    table
}

fn listed(nodes: &[i32]) -> String {
    let nodes: Vec<String> = nodes.iter().map(i32::to_string).collect();
    nodes.join(",")
}
