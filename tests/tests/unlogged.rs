//! A program that has no subscriber of `tracing` is not mute about its end.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use messaging_tests::process::Program;

const SOON: Duration = Duration::from_secs(20);
const HOW_TO_LOG: &str = "messaging: nothing takes the log; install a subscriber of `tracing`";
const STOPS: &str = "messaging: the program stops: worker \"refuse\" stopped at in[";

fn start(how: &str) -> Result<Program> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unlogged"));
    command.arg(how).env("MESSAGE_BROKER", "memory");
    Program::start(command)
}

#[test]
fn run_says_where_its_log_is_and_what_stops_it() -> Result<()> {
    let mut program = start("run")?;
    let status = program.wait_timeout(SOON)?.context("it does not end")?;
    let said = program.stderr()?;
    assert_eq!(status.code(), Some(1), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with(HOW_TO_LOG), "{said}");
    assert!(
        lines[1].starts_with(STOPS) && lines[1].ends_with("it is refused"),
        "{said}"
    );
    Ok(())
}

#[test]
fn an_app_that_nobody_joins_says_what_stops_it_and_nothing_else() -> Result<()> {
    let mut program = start("start")?;
    program.wait_for_line(|line| line.starts_with(STOPS), SOON)?;
    assert_eq!(program.wait_timeout(Duration::ZERO)?, None, "it goes on");
    let said = program.stderr()?;
    assert_eq!(said.lines().count(), 1, "{said}");
    Ok(())
}

#[test]
fn a_program_that_asks_for_a_log_has_one() -> Result<()> {
    let mut program = start("run-with-log")?;
    let status = program.wait_timeout(SOON)?.context("it does not end")?;
    let said = program.stderr()?;
    assert_eq!(status.code(), Some(1), "{said}");
    for line in [
        "INFO messaging::app::plan: worker found",
        "ERROR messaging",
        "stopped: 0 done, 1 left",
    ] {
        assert!(said.contains(line), "{line} is not in:\n{said}");
    }
    assert!(!said.contains("messaging: "), "no second log: {said}");
    Ok(())
}
