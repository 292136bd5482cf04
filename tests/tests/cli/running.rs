//! `run` and `runworker`: what runs, how it ends, what it logs.

use std::time::Duration;

use anyhow::{Context, Result};
use messaging_tests::ports::Port;
use messaging_tests::process::{Program, Signal, ended_by};

use crate::support::*;

#[test]
fn runworker_runs_only_what_is_named() -> Result<()> {
    let (ears, shouts) = ("worker=hear-it", "worker=shout");
    for (arguments, found, left_out) in [
        (&["runworker", "hear-it"][..], &[ears][..], Some(shouts)),
        (&["worker", "shout"], &[shouts], Some(ears)),
        (&["runworker", "hear-it", "shout"], &[ears, shouts], None),
        (&["runworker", "all"], &[ears, shouts], None),
        (&["worker", "--all"], &[ears, shouts], None),
        (&["run", "--topic", "loud"], &[ears], Some(shouts)),
        (&["run", "--topic", "loud", "quiet"], &[ears, shouts], None),
    ] {
        let (_folder, command) = command(SERVICE, "", arguments)?;
        let mut program = Program::start(command)?;
        let mut wait = |text: &str| program.wait_for_line(|line| line.contains(text), SOON);
        found
            .iter()
            .try_for_each(|worker| wait(worker).map(drop))
            .with_context(|| format!("{arguments:?}"))?;
        program.wait_for_line(|line| line.contains(" reads "), SOON)?;
        let status = end(&mut program, Signal::SIGTERM)?;
        assert_eq!(status.code(), Some(0), "{arguments:?}");
        let told = program.stderr()?;
        assert!(left_out.is_none_or(|worker| !told.contains(worker)), "{told}");
    }
    Ok(())
}

#[test]
fn the_concurrency_of_a_run_counts_whatever_else_was_said() -> Result<()> {
    let operated = "[messaging.workers.shout]\nconcurrency = 2\n";
    for (more, expected) in [
        (&["--concurrency", "7"][..], "concurrency=7"),
        (&[], "concurrency=2"),
    ] {
        let (_folder, command) = command(SERVICE, operated, &[&["runworker", "shout"], more].concat())?;
        let mut program = Program::start(command)?;
        let line = program.wait_for_line(|line| line.contains("worker=shout"), SOON)?;
        assert!(line.contains(expected), "{line}");
        assert_eq!(end(&mut program, Signal::SIGTERM)?.code(), Some(0));
    }
    Ok(())
}

#[test]
fn run_is_the_default_and_ends_with_a_signal() -> Result<()> {
    for (arguments, signal) in [(&["run"][..], Signal::SIGTERM), (&[], Signal::SIGINT)] {
        let (_folder, command) = command(SERVICE, "", arguments)?;
        let mut program = Program::start(command)?;
        program.wait_for_line(
            |line| line.contains("INFO") && line.contains("worker found"),
            SOON,
        )?;
        for group in ["ears reads loud", "messaging-tests.shout reads quiet"] {
            program.wait_for_line(|line| line == group, SOON)?;
        }
        assert_eq!(
            program.wait_timeout(Duration::ZERO)?,
            None,
            "it runs until a signal comes"
        );
        let status = end(&mut program, signal)?;
        assert_eq!(
            (status.code(), ended_by(status)),
            (Some(0), None),
            "{}",
            program.stderr()?
        );
    }
    Ok(())
}

#[test]
fn a_program_without_a_subscriber_logs_what_rust_log_says_and_else_what_it_waits_for() -> Result<()> {
    let nobody = Port::reserve()?;
    let start = |level: Option<&str>| {
        let (folder, mut command) = command(SERVICE, "", &[])?;
        command
            .env("MESSAGE_BROKER", "kafka")
            .env(
                "KAFKA_BOOTSTRAP_SERVERS",
                format!("127.0.0.1:{}", nobody.number()),
            )
            .env("KAFKA_CONNECT_RETRIES", "1")
            .envs(level.map(|level| ("RUST_LOG", level)));
        let mut program = Program::start(command)?;
        let status = program.wait_timeout(SOON)?.context("it tries for ever")?;
        drop(folder);
        anyhow::Ok((status.code(), program.stderr()?))
    };
    let (code, told) = start(None)?;
    let waits = |line: &str| line.contains("WARN") && line.contains("trying again");
    assert!(code == Some(1) && told.lines().any(waits), "{told}");
    assert!(told.contains("names it: kafka at 127.0.0.1:"), "{told}");

    let (code, told) = start(Some("error"))?;
    let only_the_error = told.lines().count() == 1 && told.starts_with("Error: ");
    assert!(code == Some(1) && only_the_error, "{told}");

    let (code, told) = start(Some("messaging=loud"))?;
    let explains = told.contains("RUST_LOG is not used");
    assert!(code == Some(1) && explains && told.lines().any(waits), "{told}");
    Ok(())
}

#[test]
fn a_reader_that_has_gone_is_no_mistake() -> Result<()> {
    let (_folder, mut command) = command(SERVICE, "", &["completion", "zsh"])?;
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()?;
    drop(child.stdout.take());
    let output = child.wait_with_output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*told), (Some(0), ""));
    Ok(())
}
