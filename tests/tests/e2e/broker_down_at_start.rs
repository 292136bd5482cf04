//! A broker that is not there when the program starts is waited for, and not for ever.

use std::time::Duration;

use messaging_tests::kafka::KafkaServer;
use messaging_tests::ports::Port;

use crate::support::{Record, SOON, Service};

#[test]
fn a_program_without_a_broker_tries_as_told_and_ends_with_an_error() {
    let port = Port::reserve().unwrap();
    let bootstrap = format!("127.0.0.1:{}", port.number());
    let service = Service::new(&bootstrap, "down")
        .set("KAFKA_CONNECT_RETRIES", 3)
        .set("KAFKA_CONNECT_INITIAL_BACKOFF_MS", 200)
        .set("KAFKA_CONNECT_BACKOFF_MULTIPLIER", 3)
        .set("KAFKA_CONNECT_MAX_BACKOFF_MS", 500);
    let mut program = service.start(&["transform"]).unwrap();
    let status = program.wait_timeout(SOON).unwrap().expect("it tries for ever");
    let log = program.stderr().unwrap();
    assert_eq!(status.code(), Some(1), "{log}");

    let tries: Vec<&str> = log.lines().filter(|line| line.contains("trying again")).collect();
    let waits = ["next_in=200ms", "next_in=500ms", "next_in=500ms"];
    assert_eq!(tries.len(), waits.len(), "{log}");
    for (line, wait) in tries.iter().zip(waits) {
        assert!(line.contains(wait), "{line}");
    }
    let end = log.lines().last().unwrap_or_default();
    for part in [
        "could not be reached in 4 tries",
        "kafka_bootstrap_servers",
        &bootstrap,
    ] {
        assert!(end.contains(part), "{part} is missing in: {log}");
    }
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn a_program_that_starts_before_its_broker_works_once_it_is_there() {
    let mut kafka = KafkaServer::start().unwrap();
    let service = Service::new(&kafka.bootstrap(), "before")
        .set("KAFKA_CONNECT_RETRIES", 1_000)
        .set("KAFKA_CONNECT_MAX_BACKOFF_MS", 500);
    service.create_topics(&[("in", 1), ("out", 1)]).unwrap();
    kafka.kill().unwrap();

    let mut program = service.start(&["transform"]).unwrap();
    program
        .wait_for_line(|line| line.contains("trying again"), SOON)
        .unwrap();
    assert_eq!(program.wait_timeout(Duration::ZERO).unwrap(), None);
    kafka.restart().unwrap();
    service
        .raw()
        .write(&service.topic("in"), &[Record::new(None, "1")])
        .unwrap();
    let through = || service.all_committed("transform", "in");
    messaging_tests::wait::eventually(SOON, "the record to be done", through).unwrap();
}
