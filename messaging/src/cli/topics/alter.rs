//! `topics alter`.

use clap::Args;
use serde::Serialize;

use crate::App;
use crate::cli::connection::{Connection, IfAbsent, failed};
use crate::cli::output::{Format, note};
use crate::error::Result;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The topic, as the broker names it
    name: String,
    /// How many partitions it shall have; it cannot have fewer than now
    #[arg(long, value_name = "NUMBER")]
    partitions: i32,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Altered {
    topic: String,
    before: usize,
    partitions: usize,
}

pub(in crate::cli) async fn run(app: &App, options: &Options) -> Result<()> {
    let connection = Connection::open(app).await?;
    let before = connection
        .partitions(&options.name, IfAbsent::Suggest)
        .await?
        .len();
    let grown = connection
        .admin
        .grow_topic(&options.name, options.partitions)
        .await;
    grown.map_err(failed(format!("the topic \"{}\" stays as it is", options.name)))?;
    note(
        "note: keys go to other partitions from now on, so the order of a key's records holds only among the new ones",
    );
    let answer = Altered {
        topic: options.name.clone(),
        before,
        partitions: connection
            .partitions(&options.name, IfAbsent::Suggest)
            .await?
            .len(),
    };
    options.format.show(&answer, |altered| {
        let Altered {
            topic,
            before,
            partitions,
        } = altered;
        format!("{topic} has {partitions} partitions, and had {before}\n")
    })
}
