//! `completion`: a script by which a shell completes this program's commands.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::Cli;
use super::output::say;
use crate::error::Result;
use crate::program;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The shell that reads the script
    shell: Shell,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let (mut script, name) = (Vec::new(), program::name());
    generate(options.shell, &mut Cli::command(), name, &mut script);
    say(&String::from_utf8_lossy(&script))
}
