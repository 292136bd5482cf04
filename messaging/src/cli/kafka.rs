//! `kafka`: the spellings of others, hidden from the help.

use clap::Subcommand;

use super::consumer;
use crate::App;
use crate::error::Result;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the handlers that a group has for a topic; as `consumer`
    Consume(consumer::CompatOptions),
}

pub(super) async fn run(app: App, command: Command) -> Result<()> {
    match command {
        Command::Consume(options) => consumer::run(app, options.into()).await,
    }
}
