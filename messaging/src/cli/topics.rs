//! `topics`: the topics of the broker.

use clap::{Args, Subcommand};

use crate::App;
use crate::error::Result;

mod alter;
mod config;
pub(super) mod create;
mod delete;
mod describe;
pub(super) mod list;

#[derive(Debug, Args)]
#[command(after_help = "\
Names are the broker's: nothing is put before what you write, so with the setting topic_prefix write the prefix as well.
`workers` shows the names that this program uses, with the prefix.")]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the topics
    List(list::Options),
    /// Show a topic's partitions, records and configuration
    Describe(describe::Options),
    /// Make a topic
    Create(create::Options),
    /// Delete topics with their records
    Delete(delete::Options),
    /// Give a topic more partitions, or another configuration
    Alter(alter::Options),
}

pub(super) async fn run(app: &App, options: Options) -> Result<()> {
    match options.command {
        Command::List(options) => list::run(app, &options).await,
        Command::Describe(options) => describe::run(app, &options).await,
        Command::Create(options) => create::run(app, options).await,
        Command::Delete(options) => delete::run(app, &options).await,
        Command::Alter(options) => alter::run(app, &options).await,
    }
}
