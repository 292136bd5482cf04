//! `topics create`.

use clap::Args;
use serde::Serialize;

use super::config::pair;
use crate::App;
use crate::broker::NewTopic;
use crate::cli::connection::{Connection, IfAbsent, refused};
use crate::cli::output::{Format, counted, note};
use crate::error::{Kind, Result};

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The topic, as the broker shall name it
    name: String,
    /// How many partitions; without it as many as the broker says
    #[arg(long, value_name = "NUMBER")]
    partitions: Option<i32>,
    /// How many replicas of each partition; without it as many as the broker says
    #[arg(long, value_name = "NUMBER")]
    replication_factor: Option<i32>,
    /// A key of its configuration, such as retention.ms=86400000; may be given more than once
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    config: Vec<(String, String)>,
    /// Leave a topic that is there as it is, and count that as done
    #[arg(long)]
    if_not_exists: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Made {
    topic: String,
    partitions: usize,
    created: bool,
}

pub(in crate::cli) async fn run(app: &App, options: Options) -> Result<()> {
    let connection = Connection::open(app).await?;
    warn_of_prefix(&connection, &options.name);
    let asked = [NewTopic {
        name: options.name.clone(),
        partitions: options.partitions,
        replication: options.replication_factor,
        config: options.config.into_iter().collect(),
    }];
    let made = connection.admin.create_topics(&asked).await;
    let made = made.map_err(refused(format!(
        "the topic \"{}\" could not be created",
        options.name
    )))?;
    let partitions = connection
        .partitions(&options.name, IfAbsent::Suggest)
        .await?
        .len();
    if made.is_empty() && !options.if_not_exists {
        let text = format!(
            "the topic \"{}\" is there already, with {}; --if-not-exists leaves it as it is",
            options.name,
            counted(partitions, "partition")
        );
        return Err(Kind::Usage(text).into());
    }
    let answer = Made {
        topic: options.name,
        partitions,
        created: !made.is_empty(),
    };
    options.format.show(&answer, for_people)
}

/// A name without the prefix is one that no worker of the program reads; it may be wanted all the same.
fn warn_of_prefix(connection: &Connection, name: &str) {
    if let Some(prefix) = &connection.settings.topic_prefix
        && !name.starts_with(prefix.as_str())
    {
        note(&format!(
            "note: topic_prefix is \"{prefix}\", so this program reads \"{prefix}{name}\" and not \"{name}\""
        ));
    }
}

fn for_people(made: &Made) -> String {
    let what = if made.created { "created" } else { "was there" };
    format!(
        "{} {what} with {}\n",
        made.topic,
        counted(made.partitions, "partition")
    )
}
