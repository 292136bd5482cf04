//! A program that ends with messages in its queue says how many.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use messaging_tests::ports::Port;
use messaging_tests::process::Program;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_program_without_an_app_says_what_it_leaves_unsent() -> Result<()> {
    let nobody_listens = Port::reserve()?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_unsent"));
    command.env("MESSAGE_BROKER", "kafka").env(
        "KAFKA_BOOTSTRAP_SERVERS",
        format!("127.0.0.1:{}", nobody_listens.number()),
    );
    let mut program = Program::start(command)?;
    let status = program.wait_timeout(SOON)?.context("it does not end")?;
    let log = program.stderr()?;
    assert_eq!(status.code(), Some(0), "{log}");
    let start = "messages were queued and not acknowledged at the end; they may be lost messages=";
    let told: Vec<&str> = log
        .lines()
        .filter_map(|line| Some(line.split_once(start)?.1))
        .collect();
    assert_eq!(told, ["2", "5"], "at the end of each of its two runtimes: {log}");
    Ok(())
}
