//! A program run as a child: its lines, its signals, its end and its memory.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use messaging_tests::process::{Program, Signal, ended_by};

const SOON: Duration = Duration::from_secs(20);

/// A program that runs until it is killed.
const ENDLESS: &str = "echo up; exec tail -f /dev/null";

fn shell(script: &str) -> Result<Program> {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    Program::start(command)
}

#[test]
fn lines_of_both_streams_are_found_while_it_runs() -> Result<()> {
    let mut program = shell("echo out; echo err >&2; exec tail -f /dev/null")?;
    assert_eq!(program.wait_for_line(|line| line == "out", SOON)?, "out");
    assert_eq!(program.wait_for_line(|line| line == "err", SOON)?, "err");
    assert_eq!(program.stdout()?, "out\n");
    assert_eq!(program.stderr()?, "err\n");
    assert_eq!(program.wait_timeout(Duration::ZERO)?, None);
    Ok(())
}

#[test]
fn a_signal_reaches_it_and_its_answer_is_seen() -> Result<()> {
    let mut program = shell("trap 'echo drained; exit 3' TERM; echo up; while :; do sleep 0.05; done")?;
    program.wait_for_line(|line| line == "up", SOON)?;
    program.signal(Signal::SIGTERM)?;
    program.wait_for_line(|line| line == "drained", SOON)?;
    let status = program.wait_timeout(SOON)?.context("it goes on after SIGTERM")?;
    assert_eq!(status.code(), Some(3));
    assert_eq!(ended_by(status), None);
    assert!(
        program.signal(Signal::SIGTERM).is_err(),
        "nobody is there any more"
    );
    Ok(())
}

#[test]
fn an_end_without_the_line_is_told_with_the_output() -> Result<()> {
    let mut program = shell("echo only this")?;
    let error = program
        .wait_for_line(|line| line == "something else", SOON)
        .unwrap_err();
    assert!(error.to_string().contains("only this"), "{error}");
    Ok(())
}

#[test]
fn memory_is_read_while_it_runs() -> Result<()> {
    let mut program = shell(ENDLESS)?;
    program.wait_for_line(|line| line == "up", SOON)?;
    let memory = program.memory()?;
    assert!(
        memory.resident > 0 && memory.peak >= memory.resident,
        "{memory:?}"
    );
    program.signal(Signal::SIGKILL)?;
    program.wait_timeout(SOON)?.context("it survived SIGKILL")?;
    assert!(program.memory().is_err());
    Ok(())
}

#[test]
fn a_dropped_program_is_gone() -> Result<()> {
    let mut program = shell(ENDLESS)?;
    program.wait_for_line(|line| line == "up", SOON)?;
    let process = format!("/proc/{}", program.pid());
    assert!(Path::new(&process).exists());
    drop(program);
    assert!(!Path::new(&process).exists());
    Ok(())
}
