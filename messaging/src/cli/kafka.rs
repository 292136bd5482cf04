//! `kafka …`: commands by the names that the Python documents gave them.

use clap::{Args, Subcommand};

use super::{runworker, topics};
use crate::App;
use crate::error::Result;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// As `topics list`
    Topics(topics::list::Options),
    /// As `topics create`
    CreateTopic(topics::create::Options),
    /// As `runworker`
    Worker(runworker::Options),
}

pub(super) async fn run(app: App, options: Options) -> Result<()> {
    match options.command {
        Command::Topics(options) => topics::list::run(&app, &options).await,
        Command::CreateTopic(options) => topics::create::run(&app, options).await,
        Command::Worker(options) => runworker::run(app, options).await,
    }
}
