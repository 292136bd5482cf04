//! What stands on the command line: help, completion, and what is refused.

use anyhow::Result;

use crate::support::*;

#[test]
fn help_names_every_command_and_the_exit_codes() -> Result<()> {
    for argument in ["--help", "-h"] {
        let said = say(SERVICE, "", &[argument])?;
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
        for part in [
            "run ",
            "runworker ",
            "completion ",
            "topics ",
            "groups ",
            "consume ",
            "consumer ",
            "publish ",
            "dlq ",
            "doctor ",
            "workers ",
            "consumers ",
            "check ",
            "[default]",
            "messaging.toml",
            "Exit codes: 0 done, 1 failed, 2 wrong",
        ] {
            assert!(said.stdout.contains(part), "`{part}` is not in:\n{}", said.stdout);
        }
    }
    Ok(())
}

#[test]
fn wrong_arguments_are_refused_with_code_2() -> Result<()> {
    for arguments in [
        &["worker"][..],
        &["--verbose"],
        &["workers", "--yaml"],
        &["check", "shout"],
    ] {
        let said = say(SERVICE, "", arguments)?;
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        let wrong = arguments.last().copied().unwrap_or_default();
        assert!(
            said.stderr.contains(wrong) && said.stderr.contains("--help"),
            "{}",
            said.stderr
        );
    }
    Ok(())
}

#[test]
fn an_unknown_worker_suggests_the_nearest_and_lists_the_known() -> Result<()> {
    let said = say(SERVICE, "", &["runworker", "shuot"])?;
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""));
    let told = "there is no worker \"shuot\"; did you mean \"shout\"? there are: hear-it, shout";
    for told in [told, "Usage: service [COMMAND]"] {
        assert!(said.stderr.contains(told), "{}", said.stderr);
    }
    Ok(())
}

#[test]
fn names_beside_all_and_topics_are_refused_with_what_to_write() -> Result<()> {
    for (arguments, told) in [
        (
            &["runworker", "all", "shout"][..],
            "`all` stands for all workers, so no other name can stand beside it",
        ),
        (&["runworker", "all", "shuot"], "there is no worker \"shuot\""),
        (
            &["runworker", "quiet"],
            "\"quiet\" is the topic of shout; write `service runworker shout`",
        ),
        (&["runworker", "shout", "--concurrency", "0"], "0 is not in 1.."),
        (
            &["run", "--topic", "quite"],
            "there is no handler for the topic \"quite\"; did you mean \"quiet\"? there are: loud, quiet",
        ),
        (&["consumer", "--topic", "quiet"], "consumer --group <GROUP>"),
    ] {
        let said = say(SERVICE, "", arguments)?;
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(said.stderr.contains(told), "{}", said.stderr);
    }
    Ok(())
}

#[test]
fn the_help_and_the_errors_of_runworker_write_its_names_alike() -> Result<()> {
    let help = say(SERVICE, "", &["runworker", "--help"])?.stdout;
    let wrong = say(SERVICE, "", &["runworker"])?;
    assert_eq!(wrong.code, Some(2));
    for text in [&help, &wrong.stderr] {
        assert!(text.contains("<NAME>...") && !text.contains("[NAME]"), "{text}");
    }
    Ok(())
}

#[test]
fn shells_get_a_script_that_completes_the_commands() -> Result<()> {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = say(SERVICE, "", &["completion", shell])?;
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{shell}");
        for part in ["service", "runworker", "workers", "describe"] {
            assert!(said.stdout.contains(part), "{shell} has no `{part}`");
        }
    }
    Ok(())
}

#[test]
fn a_wrong_command_suggests_the_nearest() -> Result<()> {
    for (arguments, meant) in [
        (&["topcis", "list"][..], "'topics'"),
        (&["topics", "lst"], "'list'"),
        (&["groups", "rest", "g"], "'reset'"),
    ] {
        let said = say(SERVICE, "", arguments)?;
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(said.stderr.contains(meant), "{}", said.stderr);
    }
    Ok(())
}

#[test]
fn the_help_of_topics_and_groups_says_whose_names_it_takes() -> Result<()> {
    for command in ["topics", "groups", "doctor"] {
        let said = say(SERVICE, "", &[command, "--help"])?;
        assert_eq!(said.code, Some(0));
        assert!(said.stdout.contains("topic_prefix"), "{}", said.stdout);
    }
    Ok(())
}
