//! Signals at a program that something keeps from ending: the first gives it its time, the second none.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use messaging_tests::process::{Program, Signal};
use messaging_tests::wait::eventually;

const SOON: Duration = Duration::from_secs(20);
const A_MOMENT: Duration = Duration::from_millis(100);
const AN_HOUR_MS: u64 = 3_600_000;

fn start(how: &str, shutdown_ms: u64) -> Result<Program> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_held"));
    command
        .arg(how)
        .env("MESSAGE_BROKER", "memory")
        .env("SHUTDOWN_TIMEOUT_MS", shutdown_ms.to_string());
    Program::start(command)
}

/// A program that is held, which it says.
fn held(how: &str, shutdown_ms: u64) -> Result<Program> {
    let mut program = start(how, shutdown_ms)?;
    program.wait_for_line(|line| line == "held", SOON)?;
    Ok(program)
}

/// It ends with this code. Gives what it said.
fn ends(mut program: Program, code: i32) -> Result<String> {
    let status = program.wait_timeout(SOON)?.context("it does not end")?;
    let log = program.stderr()?;
    assert_eq!(status.code(), Some(code), "{log}");
    Ok(log)
}

/// It is ended when its second is over, and says so.
fn ends_late(program: Program) -> Result<()> {
    let log = ends(program, 1)?;
    assert!(log.contains("longer than shutdown_timeout_ms (1s)"), "{log}");
    Ok(())
}

#[test]
fn a_start_that_waits_ends_with_the_first_signal() -> Result<()> {
    let mut program = held("waits", AN_HOUR_MS)?;
    program.signal(Signal::SIGTERM)?;
    ends(program, 0)?;
    Ok(())
}

#[test]
fn a_start_that_waits_for_a_thread_ends_within_the_time_of_a_shutdown() -> Result<()> {
    ends_in_time(held("waits-for-a-thread", 1000)?)
}

#[test]
fn a_start_that_blocks_its_thread_ends_within_the_time_of_a_shutdown() -> Result<()> {
    ends_in_time(held("blocks", 1000)?)
}

#[test]
fn a_second_signal_ends_a_start_that_waits_for_a_thread() -> Result<()> {
    ends_at_once(held("waits-for-a-thread", AN_HOUR_MS)?)
}

#[test]
fn a_second_signal_ends_a_start_that_blocks_its_thread() -> Result<()> {
    ends_at_once(held("blocks", AN_HOUR_MS)?)
}

#[test]
fn a_second_signal_after_the_drain_ends_what_holds_the_program() -> Result<()> {
    interrupted(drained(AN_HOUR_MS)?)
}

#[test]
fn what_holds_a_program_after_the_drain_ends_within_the_time_of_a_shutdown() -> Result<()> {
    ends_late(drained(1000)?)
}

#[test]
fn a_program_that_goes_on_without_its_app_ends_within_the_time_of_a_shutdown() -> Result<()> {
    ends_in_time(held("goes-on", 1000)?)
}

#[test]
fn a_second_signal_ends_a_program_that_goes_on_without_its_app() -> Result<()> {
    ends_at_once(held("goes-on", AN_HOUR_MS)?)
}

#[test]
fn a_program_may_wait_for_the_first_signal_by_itself() -> Result<()> {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut program = held("asks", 1)?;
        program.signal(signal)?;
        program.wait_for_line(|line| line == "told", SOON)?;
        ends(program, 0)?;
    }
    Ok(())
}

#[test]
fn a_second_signal_ends_a_program_that_waited_for_the_first_by_itself() -> Result<()> {
    let mut program = held("asks-and-stays", 1)?;
    program.signal(Signal::SIGTERM)?;
    program.wait_for_line(|line| line == "told", SOON)?;
    interrupted(program)
}

/// As `timeout -s INT` sends them, and a terminal to a program and to what runs it.
#[test]
fn signals_that_come_together_are_one() -> Result<()> {
    let mut program = start("drains", AN_HOUR_MS)?;
    program.wait_for_line(|line| line == "runs", SOON)?;
    program.signal(Signal::SIGTERM)?;
    program.signal(Signal::SIGINT)?;
    program.wait_for_line(|line| line == "done", SOON)?;
    ends(program, 0)?;
    Ok(())
}

#[test]
fn a_handler_that_blocks_is_told_while_it_does() -> Result<()> {
    let mut program = held("handler-blocks", AN_HOUR_MS)?;
    program.wait_for_line(|line| line.contains("a handler blocks its thread"), SOON)?;
    program.signal(Signal::SIGTERM)?;
    interrupted(program)
}

/// As when the reader of a pipe has ended with the same Ctrl-C.
#[test]
fn a_program_that_cannot_write_its_log_ends_all_the_same() -> Result<()> {
    for (shutdown_ms, is_interrupted) in [(1000, false), (AN_HOUR_MS, true)] {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", "exec \"$0\" blocks 2>/dev/full", env!("CARGO_BIN_EXE_held")])
            .env("MESSAGE_BROKER", "memory")
            .env("SHUTDOWN_TIMEOUT_MS", shutdown_ms.to_string());
        let mut program = Program::start(shell)?;
        program.wait_for_line(|line| line == "held", SOON)?;
        program.signal(Signal::SIGTERM)?;
        if is_interrupted {
            interrupted(program)?;
        } else {
            ends(program, 1)?;
        }
    }
    Ok(())
}

/// One signal ends a program that has a second for it.
fn ends_in_time(mut program: Program) -> Result<()> {
    program.signal(Signal::SIGTERM)?;
    ends_late(program)
}

/// Two signals end a program that has an hour for one.
fn ends_at_once(mut program: Program) -> Result<()> {
    program.signal(Signal::SIGTERM)?;
    interrupted(program)
}

/// A program that was told to end before ends at once when it is told again. How much later that has to be is for it.
#[allow(clippy::disallowed_methods, reason = "a program that runs has the real time")]
fn interrupted(mut program: Program) -> Result<()> {
    eventually(SOON, "the end of the program", || {
        let ended = program.wait_timeout(A_MOMENT).ok().flatten();
        if ended.is_none() {
            // It may have ended since.
            let _ = program.signal(Signal::SIGINT);
        }
        ended
    })?;
    ends(program, 130)?;
    Ok(())
}

/// A program whose App has ended after a signal, and that a thread still holds.
fn drained(shutdown_ms: u64) -> Result<Program> {
    let mut program = start("leaves-a-thread", shutdown_ms)?;
    program.wait_for_line(|line| line == "runs", SOON)?;
    program.signal(Signal::SIGTERM)?;
    program.wait_for_line(|line| line == "held", SOON)?;
    Ok(program)
}
