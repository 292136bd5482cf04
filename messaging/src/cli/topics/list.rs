//! `topics list`.

use clap::Args;
use serde::Serialize;

use crate::App;
use crate::broker::TopicListing;
use crate::cli::connection::{Connection, failed};
use crate::cli::output::Format;
use crate::cli::table::{Table, number, text};
use crate::error::Result;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// List the broker's own topics as well, such as __consumer_offsets
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Row {
    topic: String,
    partitions: i32,
    replicas: usize,
    internal: bool,
}

pub(in crate::cli) async fn run(app: &App, options: &Options) -> Result<()> {
    let connection = Connection::open(app).await?;
    let topics = connection.admin.topics().await;
    let topics = topics.map_err(failed("the topics could not be listed"))?;
    let wanted = topics
        .into_iter()
        .filter(|topic| options.all || !topic.is_internal());
    let rows: Vec<Row> = wanted.map(row).collect();
    options.format.show(&rows, |rows| {
        if rows.is_empty() {
            return "there are no topics; make one with `topics create NAME`\n".to_owned();
        }
        table(rows).to_string()
    })
}

fn row(topic: TopicListing) -> Row {
    Row {
        internal: topic.is_internal(),
        topic: topic.name,
        partitions: topic.partitions,
        replicas: topic.replicas,
    }
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new([text("TOPIC"), number("PARTITIONS"), number("REPLICAS")]);
    for row in rows {
        table.row([
            row.topic.clone(),
            row.partitions.to_string(),
            row.replicas.to_string(),
        ]);
    }
    table
}
