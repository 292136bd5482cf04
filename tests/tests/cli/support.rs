//! The programs whose commands are run.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use messaging_tests::process::{Program, Signal};
use messaging_tests::said::{Said, bare};

pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A program of this package.
#[derive(Clone, Copy)]
pub(crate) struct Binary {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) source: &'static str,
}

pub(crate) const SERVICE: Binary = Binary {
    name: "service",
    path: env!("CARGO_BIN_EXE_service"),
    source: include_str!("../../src/bin/service.rs"),
};

pub(crate) const MISFIT: Binary = Binary {
    name: "misfit",
    path: env!("CARGO_BIN_EXE_misfit"),
    source: include_str!("../../src/bin/misfit.rs"),
};

pub(crate) fn command(
    program: Binary,
    settings: &str,
    arguments: &[&str],
) -> Result<(tempfile::TempDir, Command)> {
    bare(program.path, settings, arguments)
}

pub(crate) fn say(program: Binary, settings: &str, arguments: &[&str]) -> Result<Said> {
    let (_folder, command) = command(program, settings, arguments)?;
    Said::by(command)
}

/// `file:line` of the attribute on a worker of the program.
pub(crate) fn place(program: Binary, function: &str) -> String {
    let lines: Vec<&str> = program.source.lines().collect();
    let start = format!("async fn {function}(");
    let at = lines.iter().position(|line| line.starts_with(&start));
    let attribute = at.and_then(|at| lines[..at].iter().rposition(|line| line.starts_with("#[worker(")));
    let line = attribute.map(|line| line + 1).unwrap_or_default();
    format!("tests/src/bin/{}.rs:{line}", program.name)
}

pub(crate) const OPERATED: &str = "[messaging]
kafka_sasl_password = \"hunter2\"
rabbitmq_url = \"amqp://shop:hunter2@rabbit\"
[messaging.workers.shout]
max_retries = 9
concurrency = 2
";

/// What the program says with that file, a `.env` and a variable for one worker.
pub(crate) fn operated(arguments: &[&str]) -> Result<Said> {
    let (folder, mut command) = command(SERVICE, OPERATED, arguments)?;
    std::fs::write(
        folder.path().join(".env"),
        "KAFKA__CLIENT_ID=dotted\nKAFKA_BOOTSTRAP_SERVER=a:1\n",
    )?;
    command
        .env("WORKER__HEAR_IT__TIMEOUT", "90s")
        .env("WORKER__SHOUT__CONCURRENCY", "3");
    Said::by(command)
}

pub(crate) fn end(program: &mut Program, signal: Signal) -> Result<std::process::ExitStatus> {
    program.signal(signal)?;
    program.wait_timeout(SOON)?.context("it goes on after the signal")
}
