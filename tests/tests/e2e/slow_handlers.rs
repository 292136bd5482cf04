//! A handler of 30 s keeps its place in the group, although the session lasts 6 s and the poll interval 10 s.

use std::time::Duration;

use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::Program;
use messaging_tests::wait::eventually;

use crate::support::{Record, SOON, Service};

const HANDLER: Duration = Duration::from_secs(30);

fn service(worker: &str) -> Service {
    Service::new(KafkaServer::shared().unwrap(), worker)
        .set("DELAY_MS", HANDLER.as_millis())
        .set("KAFKA_SESSION_TIMEOUT_MS", 6_000)
        .set("KAFKA_HEARTBEAT_INTERVAL_MS", 2_000)
        .set("KAFKA_MAX_POLL_INTERVAL_MS", 10_000)
}

fn start(worker: &str) -> (Service, Program) {
    let service = service(worker);
    service.create_topics(&[(worker, 1)]).unwrap();
    service
        .raw()
        .write(&service.topic(worker), &[Record::new(None, "record")])
        .unwrap();
    let program = service.start(&[worker]).unwrap();
    (service, program)
}

fn assert_kept(worker: &str, service: &Service, program: &mut Program) {
    program
        .wait_for_line(|line| line == format!("{worker} ends record"), HANDLER + SOON)
        .unwrap();
    eventually(SOON, "its commit", || service.all_committed(worker, worker)).unwrap();
    // Called once, and with one assignment all along.
    let lines = program.stdout().unwrap();
    assert_eq!(lines, format!("{worker} begins record\n{worker} ends record\n"));
    let log = program.stderr().unwrap();
    assert_eq!(log.matches("partition assigned").count(), 1, "{log}");
    assert!(
        !log.contains("partition revoked") && !log.contains("was refused"),
        "{log}"
    );
    assert_eq!(service.raw().members(&service.group(worker)).unwrap(), 1);
}

#[test]
fn a_handler_of_30_seconds_is_not_evicted() {
    // One that waits and one that blocks its thread, side by side.
    let mut started = ["sleeps", "blocks"].map(|worker| (worker, start(worker)));
    for (worker, (_, program)) in &mut started {
        program
            .wait_for_line(|line| line == format!("{worker} begins record"), SOON)
            .unwrap();
    }
    for (worker, (service, program)) in &mut started {
        assert_kept(worker, service, program);
    }
}
