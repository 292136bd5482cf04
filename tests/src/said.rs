//! A command of a program: run to its end, with what it said.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::process::Program;

/// The longest that a command may take.
const SOON: Duration = Duration::from_secs(60);

/// What begins the name of a variable that the programs read.
const OURS: [&str; 10] = [
    "KAFKA", "MESSAG", "TOPIC_", "SERVICE", "RUST_LOG", "WORKER__", "REDIS", "RABBITMQ", "SHUTDOWN", "TOKEN_",
];

/// What a program said, and its exit code.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Said {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// When it cannot be started, and when it does not end.
    pub fn by(command: Command) -> Result<Said> {
        let mut program = Program::start(command)?;
        let status = program.wait_timeout(SOON)?.context("it does not end")?;
        Ok(Said {
            code: status.code(),
            stdout: program.stdout()?,
            stderr: program.stderr()?,
        })
    }

    /// The rows of a table, each as its cells.
    pub fn rows(&self) -> Vec<Vec<&str>> {
        let lines = self.stdout.lines();
        lines.map(|line| line.split_whitespace().collect()).collect()
    }

    /// The JSON document on standard output.
    ///
    /// # Errors
    /// When it is none; the message shows what the program said.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_str(&self.stdout).with_context(|| format!("no JSON document: {self:?}"))
    }
}

/// The program in an empty folder, which may have a file of settings, and without settings of whoever runs the tests.
///
/// # Errors
/// When there is no folder for it.
pub fn bare(path: &str, settings: &str, arguments: &[&str]) -> Result<(TempDir, Command)> {
    let folder = tempfile::tempdir()?;
    if !settings.is_empty() {
        std::fs::write(folder.path().join("messaging.toml"), settings)?;
    }
    let mut command = Command::new(path);
    command.current_dir(folder.path()).args(arguments);
    for (name, _) in std::env::vars_os() {
        if OURS.iter().any(|start| name.to_string_lossy().starts_with(start)) {
            command.env_remove(&name);
        }
    }
    Ok((folder, command))
}
