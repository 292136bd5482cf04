//! A program that cannot end by itself is ended.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use messaging_tests::process::Program;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_handler_that_blocks_its_thread_does_not_keep_a_program_that_another_worker_stops() -> Result<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stuck"));
    command.env("SHUTDOWN_TIMEOUT_MS", "1000");
    let mut program = Program::start(command)?;
    let status = program.wait_timeout(SOON)?.context("it does not end")?;
    let log = program.stderr()?;
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("longer than shutdown_timeout_ms (1s)"), "{log}");
    Ok(())
}
