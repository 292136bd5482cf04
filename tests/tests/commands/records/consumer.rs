//! `consumer`, and the spelling of others.

use anyhow::Result;
use messaging_tests::process::Signal;

use super::support::{Expect, SOON, Shop, end};

#[test]
fn it_runs_only_the_handlers_of_its_group() -> Result<()> {
    let shop = Shop::new("group")?;
    let loud = shop.topic("loud", 1)?;
    shop.topic("quiet", 1)?;
    for arguments in [
        &["consumer", "--group", "ears"][..],
        &["consumer", "-g", "ears", "-t", "loud"],
        &["consumer", "-g", "ears", "--topic", &loud],
        &["kafka", "consume", "loud", "--group", "ears"],
    ] {
        let mut program = shop.start(arguments)?;
        program.wait_for_line(|line| line.contains("worker=hear-it"), SOON)?;
        program.wait_for_line(|line| line == format!("ears reads {loud}"), SOON)?;
        let said = end(program, Signal::SIGTERM)?;
        assert_eq!(said.code, Some(0), "{arguments:?}: {}", said.stderr);
        assert!(!said.stderr.contains("worker=shout"), "{}", said.stderr);
    }
    Ok(())
}

#[test]
fn an_unknown_group_or_topic_suggests_the_nearest_and_lists_the_known() -> Result<()> {
    let shop = Shop::new("wrong-group")?;
    let said = shop.say(&["consumer", "-g", "eers"])?;
    let groups = "no group \"eers\"; did you mean \"ears\"? there are: ears, messaging-tests.shout";
    said.failed(2, &[groups, "--help"]);
    let said = shop.say(&["consumer", "-g", "ears", "-t", "quiet"])?;
    let topics = "no handler in the group \"ears\" for the topic \"quiet\"";
    said.failed(2, &[topics, &shop.name("loud")]);
    Ok(())
}
