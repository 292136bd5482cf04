//! `groups`: the groups of the broker, whoever their members are.

use clap::{Args, Subcommand};

use crate::App;
use crate::error::Result;

mod describe;
mod list;
mod plan;
mod reset;
mod target;

#[derive(Debug, Args)]
#[command(after_help = "\
Groups have no prefix. Topics are named as the broker does: with the setting topic_prefix write the prefix as well.
`workers` shows the groups and topics that this program uses.")]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the groups
    List(list::Options),
    /// Show what a group has committed, how far it is behind, and who reads
    Describe(describe::Options),
    /// Set where a group goes on; without --execute it only shows what it would set
    Reset(reset::Options),
}

pub(super) async fn run(app: &App, options: Options) -> Result<()> {
    match options.command {
        Command::List(options) => list::run(app, &options).await,
        Command::Describe(options) => describe::run(app, &options).await,
        Command::Reset(options) => reset::run(app, &options).await,
    }
}
