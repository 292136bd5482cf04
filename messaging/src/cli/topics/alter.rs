//! `topics alter`.

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;

use super::config::pair;
use crate::App;
use crate::cli::connection::{Connection, IfAbsent, refused};
use crate::cli::output::{Format, note};
use crate::error::Result;

#[derive(Debug, Args)]
#[group(id = "change", required = true, multiple = true, args = ["partitions", "config"])]
pub(in crate::cli) struct Options {
    /// The topic, as the broker names it
    name: String,
    /// How many partitions it shall have; it cannot have fewer than now
    #[arg(long, value_name = "NUMBER")]
    partitions: Option<i32>,
    /// A key of its configuration, such as retention.ms=86400000; may be given more than once, and the others stay as
    /// they are
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    config: Vec<(String, String)>,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Altered {
    topic: String,
    before: usize,
    partitions: usize,
    /// The keys that were set.
    config: BTreeMap<String, String>,
}

pub(in crate::cli) async fn run(app: &App, options: &Options) -> Result<()> {
    let connection = Connection::open(app).await?;
    let before = partitions(&connection, options).await?;
    let config: BTreeMap<String, String> = options.config.iter().cloned().collect();
    // First what can be taken back: partitions cannot.
    if !config.is_empty() {
        let set = connection.admin.configure_topic(&options.name, &config).await;
        set.map_err(refused(format!("the topic \"{}\" stays as it is", options.name)))?;
    }
    if let Some(total) = options.partitions {
        grow(&connection, options, total, &config).await?;
    }
    let answer = Altered {
        topic: options.name.clone(),
        before,
        partitions: partitions(&connection, options).await?,
        config,
    };
    options.format.show(&answer, for_people)
}

async fn partitions(connection: &Connection, options: &Options) -> Result<usize> {
    let found = connection.partitions(&options.name, IfAbsent::Suggest).await?;
    Ok(found.len())
}

async fn grow(
    connection: &Connection,
    options: &Options,
    total: i32,
    config: &BTreeMap<String, String>,
) -> Result<()> {
    let grown = connection.admin.grow_topic(&options.name, total).await;
    let what = match config.is_empty() {
        true => format!("the topic \"{}\" stays as it is", options.name),
        false => format!(
            "the topic \"{}\" has its new configuration and no more partitions",
            options.name
        ),
    };
    grown.map_err(refused(what))?;
    note(
        "note: keys go to other partitions from now on, so the order of a key's records holds only among the new ones",
    );
    Ok(())
}

fn for_people(altered: &Altered) -> String {
    let Altered {
        topic,
        before,
        partitions,
        config,
    } = altered;
    let mut text = String::new();
    if before != partitions {
        text.push_str(&format!(
            "{topic} has {partitions} partitions, and had {before}\n"
        ));
    }
    for (key, value) in config {
        text.push_str(&format!("{topic} has {key}={value}\n"));
    }
    text
}
