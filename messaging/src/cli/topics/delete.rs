//! `topics delete`.

use clap::Args;
use serde::Serialize;

use crate::App;
use crate::cli::connection::{Connection, IfAbsent, failed, refused};
use crate::cli::output::{Format, counted};
use crate::error::{Kind, Result};

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The topics, as the broker names them
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Do it; without it the command only says what would go
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Deleted {
    topic: String,
    partitions: usize,
    records: i64,
}

pub(in crate::cli) async fn run(app: &App, options: &Options) -> Result<()> {
    let connection = Connection::open(app).await?;
    let mut topics = Vec::new();
    // All of them first: a slip in the second name is found before the first topic is gone.
    for name in &options.names {
        topics.push(look(&connection, name).await?);
    }
    if !options.yes {
        let text = format!(
            "nothing was deleted: {} would go for good; add --yes to delete",
            topics.iter().map(described).collect::<Vec<_>>().join(", ")
        );
        return Err(Kind::Usage(text).into());
    }
    for topic in &topics {
        let deleted = connection.admin.delete_topic(&topic.topic).await;
        deleted.map_err(refused(format!(
            "the topic \"{}\" could not be deleted",
            topic.topic
        )))?;
    }
    options.format.show(&topics, |topics| {
        let line = |topic| format!("deleted {}\n", described(topic));
        topics.iter().map(line).collect()
    })
}

async fn look(connection: &Connection, name: &str) -> Result<Deleted> {
    if name.starts_with("__") {
        let text = format!("the topic \"{name}\" is the broker's own and is not deleted");
        return Err(Kind::Usage(text).into());
    }
    let partitions = connection.partitions(name, IfAbsent::Suggest).await?;
    let led = partitions.iter().all(|partition| partition.leader.is_some());
    let offsets = if led {
        let offsets = connection.admin.offsets(name).await;
        offsets.map_err(failed(format!("the records of \"{name}\" could not be counted")))?
    } else {
        Vec::new()
    };
    Ok(Deleted {
        topic: name.to_owned(),
        partitions: partitions.len(),
        records: offsets.iter().map(|(first, end)| end - first).sum(),
    })
}

fn described(topic: &Deleted) -> String {
    format!(
        "{} ({}, {})",
        topic.topic,
        counted(topic.partitions, "partition"),
        counted(usize::try_from(topic.records).unwrap_or(0), "record")
    )
}
