//! The commands of a user's binary. One file per command, each with `run`; and the log of a program without its own.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::App;
use crate::error::Result;

mod check;
mod logging;
mod workers;

/// What `App::cli` understands.
#[derive(Debug, Parser)]
#[command(about = "A program of message workers", after_help = AFTER_HELP, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Settings come from the environment (for example KAFKA_BOOTSTRAP_SERVERS), then messaging.toml, then the program.
The log is on standard error; RUST_LOG chooses what is in it (info, or for example warn or info,messaging=debug).
Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 interrupted twice.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run all workers until SIGTERM or SIGINT; a second one ends at once [default]
    Run,
    /// List the workers of this program; connects to nothing
    Workers(workers::Options),
    /// Check that workers, topics, groups, state and settings fit together; connects to nothing
    Check,
}

impl App {
    /// Does what the command line says: `run` when it says nothing, `workers`, `check`; `--help` lists all. A wrong
    /// argument ends the process with code 2.
    ///
    /// What happens is logged to standard error, by default from `info` on; the variable `RUST_LOG` says otherwise, such
    /// as `warn` or `info,messaging=debug`. A program that has set a subscriber of `tracing` keeps its own.
    ///
    /// # Errors
    /// As the command it runs; see [`App::run`] and [`App::check`].
    pub async fn cli(self) -> Result<()> {
        let command = Cli::parse().command.unwrap_or(Command::Run);
        logging::install();
        match command {
            Command::Run => self.run().await,
            Command::Workers(options) => workers::run(&self, &options),
            Command::Check => check::run(&self),
        }
    }
}

/// For `main` functions that want the codes of the help instead of a returned error: prints the error with its causes.
impl crate::Error {
    /// 1, after printing the error with all its causes to standard error.
    pub fn exit(self) -> ExitCode {
        eprintln!("error: {}", self.report());
        ExitCode::FAILURE
    }
}
