//! The commands of a user's binary. One file per command, each with `Options` and `run`; and the log of a program
//! without its own.
//!
//! | shared by all | what it is for |
//! |---|---|
//! | `output` | standard output for the answer, `--json`, notes on standard error |
//! | `table` | tables for people |
//! | `nearest` | a wrong name suggests the nearest |
//! | `connection` | the broker that the settings name, asked once |
//! | `lag` | how far a group is behind |
//! | `reading`, `shown`, `printer` | records without a group, for people and for programs |
//! | `sending`, `progress` | messages in bytes, each with its receipt |

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::App;
use crate::error::Result;
use crate::program;

mod added;
mod check;
mod completion;
mod connection;
mod consume;
mod consumer;
mod consumers;
mod dlq;
mod doctor;
mod groups;
mod kafka;
mod lag;
mod nearest;
mod output;
mod printer;
mod progress;
mod publish;
mod reading;
mod run;
mod runworker;
mod sending;
mod settings;
mod shown;
mod table;
mod topics;
mod workers;

/// What `App::cli` understands.
#[derive(Debug, Parser)]
#[command(about = "A program of message workers", after_help = AFTER_HELP, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Settings come from the environment (for example KAFKA_BOOTSTRAP_SERVERS), then .env, messaging.toml and the program.
The answer of a command is on standard output, with --json as one JSON document, or for records as one object a line.
Notes and errors are on standard error.
The log is on standard error; RUST_LOG chooses what is in it (info, or for example warn or info,messaging=debug).
Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 interrupted twice.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run all workers until SIGTERM or SIGINT; a second one ends at once [default]
    Run(run::Options),
    /// Run only the named workers, or `all`, until SIGTERM or SIGINT
    #[command(name = "runworker")]
    RunWorker(runworker::Options),
    /// Run only the handlers of one group until SIGTERM or SIGINT
    Consumer(consumer::Options),
    /// Print the records of a topic; joins no group, commits nothing
    Consume(consume::Options),
    /// Write messages to a topic, from the command line, a file or standard input
    Publish(publish::Options),
    /// List, show and replay dead letters
    #[command(subcommand)]
    Dlq(dlq::Command),
    /// List the workers of this program; connects to nothing
    Workers(workers::Options),
    /// List the consumers of this program with the handler of each event; connects to nothing
    Consumers(consumers::Options),
    /// Check that workers, topics, groups, state and settings fit together; connects to nothing
    Check,
    /// List every setting with its value, secrets hidden, and where it came from; connects to nothing
    Settings(settings::Options),
    /// Say whether this program would work here, and what to do where it would not
    Doctor(doctor::Options),
    /// Look at the topics of the broker, make them and delete them
    Topics(topics::Options),
    /// Look at the groups of the broker, and set where they go on
    Groups(groups::Options),
    /// Print a script by which a shell completes the commands of this program
    Completion(completion::Options),
    /// As `runworker`
    #[command(hide = true)]
    Worker(runworker::Options),
    /// Commands by the names of the Python documents
    #[command(hide = true)]
    Kafka(kafka::Options),
}

impl App {
    /// Does what the command line says: `run` when it says nothing; `--help` lists all commands. A wrong argument ends
    /// the process with code 2.
    ///
    /// What happens is logged to standard error, by default from `info` on; the variable `RUST_LOG` says otherwise,
    /// such as `warn` or `info,messaging=debug`. A program that has set a subscriber of `tracing` keeps its own.
    ///
    /// # Errors
    /// As the command it runs; see [`App::run`] and [`App::check`].
    pub async fn cli(self) -> Result<()> {
        let command = Cli::parse()
            .command
            .unwrap_or_else(|| Command::Run(run::Options::default()));
        program::has_commands();
        crate::init_log();
        match command {
            Command::Run(options) => run::run(self, options).await,
            Command::RunWorker(options) | Command::Worker(options) => runworker::run(self, options).await,
            Command::Consumer(options) => consumer::run(self, options).await,
            Command::Dlq(command) => dlq::run(self, command).await,
            Command::Consume(options) => consume::run(self, options).await,
            Command::Publish(options) => publish::run(self, options).await,
            Command::Workers(options) => workers::run(&self, &options),
            Command::Consumers(options) => consumers::run(&self, &options),
            Command::Check => check::run(&self),
            Command::Settings(options) => settings::run(&self, &options),
            Command::Doctor(options) => doctor::run(&self, &options).await,
            Command::Topics(options) => topics::run(&self, options).await,
            Command::Groups(options) => groups::run(&self, options).await,
            Command::Completion(options) => completion::run(&options),
            Command::Kafka(options) => kafka::run(self, options).await,
        }
    }
}

/// Ends the process with code 2, as for what clap itself finds wrong.
fn wrong_argument(kind: ErrorKind, message: &str) -> ! {
    // What was parsed knows how the program was started; a command that is made anew does not.
    Cli::command()
        .bin_name(program::name())
        .error(kind, message)
        .exit()
}
