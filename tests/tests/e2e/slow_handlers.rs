//! A handler of 30 s keeps its place in the group, although the session lasts 6 s and the poll interval 10 s.

use std::time::Duration;

use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::Program;
use messaging_tests::wait::eventually;

use crate::support::{SOON, Service, numbered};

const HANDLER: Duration = Duration::from_secs(30);

/// More than a worker takes in hand, so that their partition is held back meanwhile.
const BACKLOG: usize = 5_000;

fn start(worker: &str) -> (Service, Program) {
    let service = Service::new(KafkaServer::shared().unwrap(), worker)
        .set("DELAY_MS", HANDLER.as_millis())
        .set("KAFKA_SESSION_TIMEOUT_MS", 6_000)
        .set("KAFKA_HEARTBEAT_INTERVAL_MS", 2_000)
        .set("KAFKA_MAX_POLL_INTERVAL_MS", 10_000);
    let topic = service.topic(worker);
    service.create_topics(&[(worker, 1)]).unwrap();
    service.raw().write(&topic, &numbered(BACKLOG, 1)).unwrap();
    let program = service.start(&[worker]).unwrap();
    (service, program)
}

fn assert_kept(worker: &str, service: &Service, program: &mut Program) {
    let (begins, ends) = (format!("{worker} begins"), format!("{worker} ends"));
    let second = format!("{begins} 1");
    program
        .wait_for_line(|line| line == second, HANDLER + SOON)
        .unwrap();
    let committed = || {
        let committed = service
            .raw()
            .committed(&service.group(worker), &service.topic(worker));
        committed.is_ok_and(|committed| committed == [1])
    };
    eventually(SOON, "the commit of the first record", committed).unwrap();
    // Called once, and with one assignment all along.
    assert_eq!(
        program.stdout().unwrap(),
        format!("{begins} 0\n{ends} 0\n{second}\n")
    );
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
            .wait_for_line(|line| line == format!("{worker} begins 0"), SOON)
            .unwrap();
    }
    for (worker, (service, program)) in &mut started {
        assert_kept(worker, service, program);
    }
}
