//! `groups reset`: shown first, refused while the group is live, and then it moves where a worker goes on.

use anyhow::{Context, Result};
use messaging_tests::process::Signal;
use messaging_tests::wait::eventually;
use serde_json::{Value, json};

use crate::support::{SOON, Service};

/// The program's topics, ten records in the one that `shout` reads, all of them done.
fn worked_off(name: &str) -> Result<(Service, String, String)> {
    let service = Service::new(name)?;
    let (quiet, loud) = (service.create("quiet", 1)?, service.create("loud", 1)?);
    service.write(&quiet, 0, 10)?;
    service.work_off("shout")?;
    assert_eq!(service.records(&loud)?, 10);
    Ok((service, quiet, loud))
}

fn committed(service: &Service, group: &str) -> Result<Value> {
    let found = service.json(&["groups", "describe", group])?;
    Ok(found["partitions"][0]["committed"].clone())
}

#[test]
fn a_worker_goes_on_where_its_group_was_set() -> Result<()> {
    let (service, quiet, loud) = worked_off("moves")?;
    let group = service.group("shout");
    let reset = ["groups", "reset", &group, "--topic", &quiet, "--to-offset", "4"];

    let shown = service.table(&reset)?;
    assert_eq!(shown.rows()[1], [&*quiet, "0", "10", "4", "-6"]);
    assert!(
        shown.stderr.contains("nothing was set; add --execute"),
        "{shown:?}"
    );
    assert_eq!(committed(&service, &group)?, 10, "it was only shown");

    let mut execute = reset.to_vec();
    execute.push("--execute");
    let done = service.table(&execute)?;
    assert!(!done.stderr.contains("nothing was set"), "{done:?}");
    assert_eq!(committed(&service, &group)?, 4);
    service.work_off("shout")?;
    assert_eq!(service.records(&loud)?, 16, "the last six were handled again");
    Ok(())
}

#[test]
fn a_live_group_is_not_set_and_its_members_are_named() -> Result<()> {
    let (service, quiet, _) = worked_off("live")?;
    let group = service.group("shout");
    let mut program = service.start("shout")?;
    let live = eventually(SOON, "its member", || -> Result<Value> {
        let found = service.json(&["groups", "describe", &group])?;
        anyhow::ensure!(found["state"] == "Stable", "{found}");
        Ok(found)
    })?;
    let member = live["partitions"][0]["member"].as_str().context("no member")?;
    let reset = ["groups", "reset", &group, "--topic", &quiet, "--to-earliest"];
    let mut execute = reset.to_vec();
    execute.push("--execute");
    let why = service.refused(&execute)?;
    assert!(why.contains("has 1 member that would commit over it"), "{why}");
    assert!(
        why.contains(member) && why.contains("messaging on /127.0.0.1"),
        "{why}"
    );
    let shown = service.table(&reset)?;
    assert!(
        shown.stderr.contains(member),
        "what would be refused is said: {shown:?}"
    );
    assert_eq!(committed(&service, &group)?, 10);
    program.signal(Signal::SIGTERM)?;
    program.wait_timeout(SOON)?.context("it goes on")?;
    Ok(())
}

#[test]
fn every_place_is_among_the_records_that_are_there() -> Result<()> {
    let (service, quiet, _) = worked_off("places")?;
    let group = service.group("shout");
    service.write(&quiet, 0, 5)?;
    for (place, new, note) in [
        (&["--to-earliest"][..], 0, ""),
        (&["--to-latest"], 15, ""),
        (
            &["--to-offset", "99"],
            15,
            "in 1 partition no record is at the offset",
        ),
        (&["--shift-by", "-3"], 7, ""),
        (&["--shift-by", "2"], 12, ""),
        (&["--to-datetime", "2000-01-01T00:00:00Z"], 0, ""),
        (&["--to-datetime", "2999-01-01T00:00:00+02:00"], 15, ""),
    ] {
        let mut arguments = vec!["groups", "reset", &group, "--topic", &quiet, "--json"];
        arguments.extend(place);
        let said = service.table(&arguments)?;
        let found = said.json()?;
        assert_eq!(
            (&found["changes"][0]["new"], &found["executed"]),
            (&json!(new), &json!(false)),
            "{place:?}"
        );
        assert!(said.stderr.contains(note), "{place:?}: {said:?}");
    }
    Ok(())
}

#[test]
fn a_group_that_the_program_has_not_started_yet_can_be_set() -> Result<()> {
    let service = Service::new("before")?;
    let (quiet, loud) = (service.create("quiet", 1)?, service.create("loud", 1)?);
    service.write(&quiet, 0, 10)?;
    let group = service.group("shout");
    let said = service.say(&["groups", "reset", &group, "--topic", &quiet, "--shift-by", "1"])?;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.stderr
            .contains("has committed nothing there that could be shifted"),
        "{said:?}"
    );
    service.table(&[
        "groups",
        "reset",
        &group,
        "--topic",
        &quiet,
        "--to-offset",
        "7",
        "--execute",
    ])?;
    service.work_off("shout")?;
    assert_eq!(service.records(&loud)?, 3);
    Ok(())
}

#[test]
fn only_the_named_partitions_are_set() -> Result<()> {
    let service = Service::new("one-of-two")?;
    let quiet = service.create("quiet", 2)?;
    let group = service.group("shout");
    for partition in 0..2 {
        service.write(&quiet, partition, 4)?;
    }
    let reset = [
        "groups",
        "reset",
        &group,
        "--topic",
        &quiet,
        "--to-latest",
        "--execute",
    ];
    let mut one = reset.to_vec();
    one.extend(["--partition", "1"]);
    let done = service.table(&one)?;
    assert_eq!(done.rows()[1..], [[&*quiet, "1", "-", "4", "-"]]);
    let mut wrong = reset.to_vec();
    wrong.extend(["--partition", "2"]);
    let why = service.refused(&wrong)?;
    assert!(why.contains("has no partition 2; it has 0 to 1"), "{why}");
    Ok(())
}

#[test]
fn where_to_must_be_said_once() -> Result<()> {
    let service = Service::new("arguments")?;
    for arguments in [
        &[][..],
        &["--to-earliest", "--to-latest"],
        &["--to-datetime", "tomorrow"],
    ] {
        let mut all = vec!["groups", "reset", "g", "--topic", "t"];
        all.extend(arguments);
        let said = service.say(&all)?;
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{said:?}");
        assert!(said.stderr.contains("--to-"), "{said:?}");
    }
    Ok(())
}
