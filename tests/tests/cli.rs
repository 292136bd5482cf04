//! The commands of a user's program, run as a child.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use messaging_tests::ports::Port;
use messaging_tests::process::{Program, Signal, ended_by};
use messaging_tests::said::{Said, bare};
use serde_json::Value;

const SOON: Duration = Duration::from_secs(20);

/// A program of this package.
#[derive(Clone, Copy)]
struct Binary {
    name: &'static str,
    path: &'static str,
    source: &'static str,
}

const SERVICE: Binary = Binary {
    name: "service",
    path: env!("CARGO_BIN_EXE_service"),
    source: include_str!("../src/bin/service.rs"),
};

const MISFIT: Binary = Binary {
    name: "misfit",
    path: env!("CARGO_BIN_EXE_misfit"),
    source: include_str!("../src/bin/misfit.rs"),
};

fn command(program: Binary, settings: &str, arguments: &[&str]) -> Result<(tempfile::TempDir, Command)> {
    bare(program.path, settings, arguments)
}

fn say(program: Binary, settings: &str, arguments: &[&str]) -> Result<Said> {
    let (_folder, command) = command(program, settings, arguments)?;
    Said::by(command)
}

/// `file:line` of the attribute on a worker of the program.
fn place(program: Binary, function: &str) -> String {
    let lines: Vec<&str> = program.source.lines().collect();
    let start = format!("async fn {function}(");
    let at = lines.iter().position(|line| line.starts_with(&start));
    let attribute = at.and_then(|at| lines[..at].iter().rposition(|line| line.starts_with("#[worker(")));
    let line = attribute.map(|line| line + 1).unwrap_or_default();
    format!("tests/src/bin/{}.rs:{line}", program.name)
}

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
fn runworker_runs_only_what_is_named() -> Result<()> {
    let (ears, shouts) = ("worker=hear-it", "worker=shout");
    for (arguments, found, left_out) in [
        (&["runworker", "hear-it"][..], &[ears][..], Some(shouts)),
        (&["worker", "shout"], &[shouts], Some(ears)),
        (&["runworker", "hear-it", "shout"], &[ears, shouts], None),
        (&["runworker", "all"], &[ears, shouts], None),
        (&["worker", "--all"], &[ears, shouts], None),
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
fn on_memory_the_commands_say_that_they_see_a_broker_of_their_own() -> Result<()> {
    for (arguments, told) in [
        (&["topics", "list"][..], "there are no topics"),
        (&["groups", "list"], "there are no groups"),
        (&["doctor"], "ok    broker"),
    ] {
        let said = say(SERVICE, "", arguments)?;
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        assert!(said.stdout.contains(told), "{said:?}");
        assert!(said.stderr.contains("lives inside one process"), "{said:?}");
    }
    let said = say(SERVICE, "", &["groups", "list", "--json"])?;
    assert_eq!(said.json()?, serde_json::json!([]));
    Ok(())
}

#[test]
fn switched_off_messaging_is_told_by_every_command_that_needs_it() -> Result<()> {
    let settings = "[messaging]\nmessage_broker = \"kafka\"\nkafka_enabled = false\n";
    for arguments in [&["topics", "list"][..], &["groups", "list"], &["doctor"]] {
        let said = say(SERVICE, settings, arguments)?;
        let told = format!("{}{}", said.stdout, said.stderr);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(
            told.contains("kafka is switched off by kafka_enabled"),
            "{said:?}"
        );
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

#[test]
fn workers_are_listed_in_a_table() -> Result<()> {
    let said = say(SERVICE, "", &["workers"])?;
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let rows: Vec<Vec<&str>> = said
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let (hear, shout) = (place(SERVICE, "hear"), place(SERVICE, "shout"));
    assert_eq!(
        rows,
        [
            vec![
                "WORKER",
                "TOPIC",
                "OUTPUT",
                "DEAD",
                "LETTERS",
                "GROUP",
                "CONCURRENCY",
                "PLACE"
            ],
            vec!["hear-it", "loud", "-", "-", "ears", "1", &hear],
            vec![
                "shout",
                "quiet",
                "loud",
                "quiet.dlq",
                "messaging-tests.shout",
                "4",
                &shout
            ],
        ]
    );
    Ok(())
}

#[test]
fn workers_are_listed_as_json() -> Result<()> {
    let said = say(
        SERVICE,
        "[messaging]\ntopic_prefix = \"dev.\"\nservice = \"shop\"\n",
        &["workers", "--json"],
    )?;
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let mut rows: Value = serde_json::from_str(&said.stdout)?;
    let keys: Vec<Value> = rows
        .as_array_mut()
        .into_iter()
        .flatten()
        .map(|row| row["keys"].take())
        .collect();
    assert_eq!(
        keys[1]["max_retries"],
        serde_json::json!({"value": 7, "from": "macro or builder"})
    );
    assert_eq!(
        keys[1]["retry_delay"],
        serde_json::json!({"value": "1s", "from": "default"})
    );
    rows.as_array_mut()
        .into_iter()
        .flatten()
        .for_each(|row| drop(row.as_object_mut().map(|row| row.remove("keys"))));
    let expected = serde_json::json!([
        {
            "kind": "worker", "worker": "hear-it", "topic": "dev.loud", "output_topic": null, "dlq_topic": null,
            "group": "ears", "group_from": "group_id", "concurrency": 1, "max_retries": 3, "place": place(SERVICE, "hear"),
        },
        {
            "kind": "worker", "worker": "shout", "topic": "dev.quiet", "output_topic": "dev.loud", "dlq_topic": "dev.quiet.dlq",
            "group": "shop.shout", "group_from": "the setting service", "concurrency": 4, "max_retries": 7,
            "place": place(SERVICE, "shout"),
        },
    ]);
    assert_eq!(rows, expected);
    Ok(())
}

const OPERATED: &str = "[messaging]
kafka_sasl_password = \"hunter2\"
rabbitmq_url = \"amqp://shop:hunter2@rabbit\"
[messaging.workers.shout]
max_retries = 9
concurrency = 2
";

/// What the program says with that file, a `.env` and a variable for one worker.
fn operated(arguments: &[&str]) -> Result<Said> {
    let (folder, mut command) = command(SERVICE, OPERATED, arguments)?;
    std::fs::write(
        folder.path().join(".env"),
        "KAFKA__CLIENT_ID=dotted\nKAFKA_BOOTSTRAP_SERVER=a:1\n",
    )?;
    command
        .env("WORKER__HEAR_IT__TIMEOUT", "90s")
        .env("WORKER__SHOUT__CONCURRENCY", "3");
    Said::by(command)
}

#[test]
fn settings_are_listed_with_their_places_and_no_secret() -> Result<()> {
    let said = operated(&["settings"])?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let lines: Vec<String> = said
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for line in [
        "SETTING VALUE FROM",
        "message_broker memory App::defaults",
        "kafka_client_id dotted .env:1 KAFKA__CLIENT_ID",
        "kafka_sasl_password *** messaging.toml:2",
        "rabbitmq_url amqp://shop:***@rabbit messaging.toml:3",
        "kafka_linger_ms 0 default",
        "service - default",
        "WORKER KEY VALUE FROM",
        "hear-it timeout 1m30s environment WORKER__HEAR_IT__TIMEOUT",
        "shout concurrency 3 environment WORKER__SHOUT__CONCURRENCY",
        "shout max_retries 9 messaging.toml:5",
    ] {
        assert!(
            lines.iter().any(|found| found == line),
            "`{line}` is not in:\n{}",
            said.stdout
        );
    }
    assert!(!said.stdout.contains("hunter2") && !said.stderr.contains("hunter2"));
    let warning = ".env:2 KAFKA_BOOTSTRAP_SERVER is no setting; KAFKA_BOOTSTRAP_SERVERS is";
    assert!(
        said.stderr.contains("WARN") && said.stderr.contains(warning),
        "{}",
        said.stderr
    );
    Ok(())
}

#[test]
fn settings_are_listed_as_json() -> Result<()> {
    let said = operated(&["settings", "--json"])?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let found: Value = serde_json::from_str(&said.stdout)?;
    let settings = found["settings"].as_array().context("it is a list")?;
    let row = |key: &str| {
        settings
            .iter()
            .find(|row| row["key"] == key)
            .context("it is a key")
    };
    let client = serde_json::json!({
        "key": "kafka_client_id", "value": "dotted", "from": ".env:1 KAFKA__CLIENT_ID",
        "environment": "KAFKA_CLIENT_ID", "default": "messaging", "allowed": "text that is not empty",
        "meaning": "The name under which the brokers see this program",
    });
    assert_eq!(row("kafka_client_id")?, &client);
    assert_eq!(row("kafka_sasl_password")?["value"], "***");
    assert_eq!(row("service")?["value"], Value::Null);
    let workers = serde_json::json!([
        {"worker": "hear-it", "key": "timeout", "value": "1m30s", "from": "environment WORKER__HEAR_IT__TIMEOUT"},
        {"worker": "shout", "key": "concurrency", "value": 3, "from": "environment WORKER__SHOUT__CONCURRENCY"},
        {"worker": "shout", "key": "max_retries", "value": 9, "from": "messaging.toml:5"},
    ]);
    assert_eq!(found["workers"], workers);
    assert_eq!(found["warnings"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[test]
fn what_an_operator_says_of_a_worker_is_told_by_workers() -> Result<()> {
    let found: Value = serde_json::from_str(&operated(&["workers", "--json"])?.stdout)?;
    assert_eq!(
        (&found[1]["concurrency"], &found[1]["max_retries"]),
        (&3.into(), &9.into())
    );
    let expected = serde_json::json!({"value": 3, "from": "environment WORKER__SHOUT__CONCURRENCY"});
    assert_eq!(found[1]["keys"]["concurrency"], expected);
    Ok(())
}

#[test]
fn check_says_that_all_fits() -> Result<()> {
    let said = say(SERVICE, "", &["check"])?;
    let all_fits = "2 workers and the settings fit together\n";
    assert_eq!(
        (said.code, said.stdout.as_str(), said.stderr.as_str()),
        (Some(0), all_fits, "")
    );
    Ok(())
}

#[test]
fn check_and_run_tell_all_problems_with_their_places() -> Result<()> {
    let settings =
        "[messaging]\n\nkafka_security_protocol = \"ssl\"\n[messaging.workers.wants]\nmax_retires = 9\n";
    let problems = [
        "4 problems".to_owned(),
        "worker \"wants\": no state of type `u64` is provided".to_owned(),
        format!("({})", place(MISFIT, "wants")),
        "worker \"circles\" would read its own dead letters".to_owned(),
        format!("({})", place(MISFIT, "circles")),
        "kafka_security_protocol is SSL (".to_owned(),
        "messaging.toml:3), but TLS, SCRAM and OAUTHBEARER are not compiled in".to_owned(),
        "workers.wants.max_retires (messaging.toml:5): workers have no such key; did you mean max_retries?"
            .to_owned(),
    ];
    for arguments in [&["check"][..], &["run"], &[]] {
        let said = say(MISFIT, settings, arguments)?;
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""));
        for part in &problems {
            assert!(said.stderr.contains(part), "`{part}` is not in:\n{}", said.stderr);
        }
    }
    assert_eq!(
        say(MISFIT, settings, &["workers"])?.code,
        Some(0),
        "a list needs nothing that fits"
    );
    Ok(())
}

#[test]
fn settings_that_are_wrong_fail_every_command_with_what_is_allowed() -> Result<()> {
    for arguments in [&["check"][..], &["workers"], &["run"], &[]] {
        let said = say(SERVICE, "[messaging]\nmessage_broker = \"pigeons\"\n", arguments)?;
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        for part in ["pigeons", "memory", "kafka", "messaging.toml:2"] {
            assert!(said.stderr.contains(part), "`{part}` is not in:\n{}", said.stderr);
        }
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

fn end(program: &mut Program, signal: Signal) -> Result<std::process::ExitStatus> {
    program.signal(signal)?;
    program.wait_timeout(SOON)?.context("it goes on after the signal")
}
