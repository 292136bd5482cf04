//! `kafka_auto_offset_reset = none`: a group without a valid offset ends its program with the command that mends it.

use anyhow::{Context, Result, ensure};
use messaging_tests::wait::eventually;

use crate::support::{SOON, Service};

const NONE: (&str, &str) = ("KAFKA_AUTO_OFFSET_RESET", "none");

/// Runs the worker to its end, and gives what it advises: the arguments of a command of its own.
fn advised(service: &Service) -> Result<Vec<String>> {
    let mut program = service.start_with("shout", &[NONE])?;
    let status = program.wait_timeout(SOON)?.context("it goes on")?;
    let said = program.stderr()?;
    ensure!(status.code() == Some(1), "{status}: {said}");
    let (_, rest) = said
        .split_once("no valid offset on")
        .with_context(|| said.clone())?;
    let command = rest.split('`').nth(1).context("no command")?;
    let mut words = command.split(' ').map(str::to_owned);
    assert_eq!(words.next().as_deref(), Some("service"), "{said}");
    Ok(words.collect())
}

#[test]
fn a_group_without_an_offset_goes_on_after_the_command_that_the_error_names() -> Result<()> {
    let service = Service::new("no-offset")?;
    let (quiet, loud) = (service.create("quiet", 2)?, service.create("loud", 1)?);
    service.write(&quiet, 0, 10)?;
    service.write(&quiet, 1, 5)?;

    let advised = advised(&service)?;
    assert_eq!(service.records(&loud)?, 0, "nothing was begun");
    let arguments: Vec<&str> = advised.iter().map(String::as_str).collect();
    service.table(&arguments)?;

    let _program = service.start_with("shout", &[NONE])?;
    eventually(SOON, "the records to be handled", || -> Result<()> {
        let count = service.records(&loud)?;
        ensure!(count == 15, "{count}");
        Ok(())
    })
}
