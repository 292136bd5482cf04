//! `dlq`: dead letters, looked at and sent again.

use clap::Subcommand;

use crate::App;
use crate::error::Result;

mod filter;
mod letter;
mod list;
mod others;
mod place;
mod replay;
mod show;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the dead letter topics of this program and all at the broker that end with .dlq
    List(list::Options),
    /// Show dead letters: where they come from, why and how often they failed
    Show(show::Options),
    /// Send dead letters to where they come from; says what it would send, unless --execute is given
    #[command(after_help = replay::AFTER_HELP)]
    Replay(replay::Options),
}

pub(super) async fn run(app: App, command: Command) -> Result<()> {
    match command {
        Command::List(options) => list::run(app, &options).await,
        Command::Show(options) => show::run(app, &options).await,
        Command::Replay(options) => replay::run(app, &options).await,
    }
}
