//! On a Kafka that lets in nobody without a valid token, and asks each connection for one again every 3 s.

use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use messaging::settings::{Settings, Sources, Token};
use messaging::{Consumer, Producer};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::process;
use messaging_tests::token::unsigned;

use super::support::Program;

const SOON: Duration = Duration::from_secs(60);

/// For how many seconds a token is valid where it is to be followed by others: every 8 s.
const LIFE: &str = "10";

fn bootstrap() -> Result<String> {
    // Statics are not dropped: the server's guard ends it together with this process.
    static KAFKA: OnceLock<Result<KafkaServer, String>> = OnceLock::new();
    let start = || KafkaServer::builder().tokens().start();
    let kafka = KAFKA.get_or_init(|| start().map_err(|error| format!("{error:#}")));
    let kafka = kafka.as_ref().map_err(|error| anyhow!("{error}"))?;
    kafka.bootstrap_with_tokens()
}

/// With the topics of its worker, `name.quiet` and `name.loud`.
fn program(name: &str) -> Result<Program> {
    let program = Program::new(&bootstrap()?, name)?;
    for topic in ["quiet", "loud"] {
        done(&program, &["topics", "create", &format!("{name}.{topic}")])?;
    }
    Ok(program)
}

/// Standard output of a command that has to succeed.
fn done(program: &Program, arguments: &[&str]) -> Result<String> {
    let said = program.say(arguments)?;
    ensure!(said.code == Some(0), "{arguments:?}: {said:?}");
    Ok(said.stdout)
}

fn start(program: &Program) -> Result<process::Program> {
    process::Program::start(program.command(&["runworker", "shout"])?.1)
}

/// Sends a text to the worker and waits for its answer.
fn is_answered(program: &Program, name: &str, text: &str) -> Result<()> {
    let (quiet, loud) = (format!("{name}.quiet"), format!("{name}.loud"));
    let before = done(program, &["consume", &loud, "--from-beginning", "--until-end"])?;
    let before = before.lines().count();
    done(program, &["publish", &quiet, text])?;
    let count = (before + 1).to_string();
    let all = done(
        program,
        &["consume", &loud, "--from-beginning", "--max-messages", &count],
    )?;
    ensure!(all.contains(&text.to_uppercase()), "{text}: {all}");
    Ok(())
}

#[test]
fn workers_and_commands_prove_themselves_by_tokens() -> Result<()> {
    let (program, name) = (program("all")?, "all");
    let running = start(&program)?;
    is_answered(&program, name, "hello")?;
    let quiet = &format!("{name}.quiet");
    assert!(done(&program, &["topics", "list"])?.contains(quiet));
    done(&program, &["topics", "describe", quiet])?;
    let group = "all.shout";
    assert!(done(&program, &["groups", "list"])?.contains(group));
    assert!(done(&program, &["groups", "describe", group])?.contains("Stable"));
    let at = ["--to-datetime", "2020-01-01T00:00:00Z"];
    let reset = ["groups", "reset", group, "--topic", quiet];
    assert!(done(&program, &[&reset[..], &at].concat())?.contains(quiet));
    let doctor = program.say(&["doctor"])?;
    assert!(doctor.stdout.contains("answers in"), "{doctor:?}");
    drop(running);
    Ok(())
}

#[test]
fn a_function_for_the_process_serves_its_apps() -> Result<()> {
    let program = Program::new(&bootstrap()?, "process")?.set("TOKEN_FOR_PROCESS", "yes");
    let said = program.say(&["topics", "list"])?;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.stderr.contains("gives token 1"), "{said:?}");
    Ok(())
}

#[test]
fn a_token_is_followed_by_another_before_it_is_over() -> Result<()> {
    let (program, name) = (program("renewed")?.set("TOKEN_LIFE", LIFE), "renewed");
    let mut running = start(&program)?;
    is_answered(&program, name, "with the first")?;
    // By then the first is over for 6 s, and no connection may go on with it.
    running.wait_for_line(|line| line == "gives token 3", SOON)?;
    is_answered(&program, name, "with another")?;
    let log = running.stderr()?;
    assert!(
        !log.contains("does not answer") && !log.contains("is not allowed"),
        "{log}"
    );
    Ok(())
}

#[test]
fn without_an_answer_it_waits_and_asks_again() -> Result<()> {
    let (program, name) = (program("waits")?.set("TOKEN_LIFE", LIFE), "waits");
    let program = program.set("KAFKA_CONNECT_MAX_BACKOFF_MS", "1000");
    program.gives(None)?;
    let mut running = start(&program)?;
    let fails = |line: &str| line.contains("the function given to kafka_token gave no token");
    running.wait_for_line(fails, SOON)?;
    let tells = |line: &str| line.contains("does not answer: the function that gives tokens failed: ");
    running.wait_for_line(tells, SOON)?;
    program.gives(Some("tester"))?;
    is_answered(&program, name, "after a late start")?;
    let follow = ["consume", "waits.loud", "--from-beginning"];
    let mut follows = process::Program::start(program.command(&follow)?.1)?;
    follows.wait_for_line(|line| line.ends_with("AFTER A LATE START"), SOON)?;

    program.gives(None)?;
    let is_refused = |line: &str| line.contains("does not answer") && line.contains("OAUTHBEARER");
    running.wait_for_line(is_refused, SOON)?;
    program.gives(Some("tester"))?;
    is_answered(&program, name, "after tokens were over")?;
    follows.wait_for_line(|line| line.ends_with("AFTER TOKENS WERE OVER"), SOON)?;
    Ok(())
}

#[test]
fn a_token_that_the_broker_refuses_is_told_with_what_to_do() -> Result<()> {
    let program = Program::new(&bootstrap()?, "wrong")?;
    program.gives(Some("wrong"))?;
    for arguments in [&["topics", "list"][..], &["runworker", "shout"]] {
        let said = program.say(arguments)?;
        assert_eq!(said.code, Some(1), "{said:?}");
        for part in [
            "connecting to kafka is not allowed",
            "with OAUTHBEARER by the token that the program gives",
        ] {
            assert!(said.stderr.contains(part), "`{part}` is not in:\n{}", said.stderr);
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_is_connected_by_hand_takes_tokens_too() -> Result<()> {
    let (bootstrap, topic) = (bootstrap()?, "hand.quiet");
    program("hand")?;
    let sources = Sources::default().environment([
        ("KAFKA_BOOTSTRAP_SERVERS", bootstrap.as_str()),
        ("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT"),
        ("KAFKA_SASL_MECHANISM", "OAUTHBEARER"),
    ]);
    let life = Duration::from_secs(60);
    let token = move || async move { Ok::<_, std::io::Error>(Token::new(unsigned("hand", life), life)) };
    let settings = Settings::load(&sources)?.kafka_token(token);
    Producer::connect(&settings)
        .await?
        .send(topic, &"by hand".to_owned())
        .await?;
    let mut deliveries = Consumer::connect(&settings, "by-hand", [topic])
        .await?
        .stream()
        .await?;
    let received = deliveries.next().await.context("the stream has ended")?;
    let text = received.payload::<String>().map_err(|error| anyhow!(error))?;
    assert_eq!(text, "by hand");
    received.ack();
    Ok(deliveries.close().await?)
}
