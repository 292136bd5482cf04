//! `on_exhausted = "stop"`: the record stays, the whole program drains and ends with an error.

use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::Program;

use crate::support::{Record, SOON, Service};

/// Waits for its end; it must fail and name the record.
fn ends_at_the_record(program: &mut Program, service: &Service) {
    let status = program.wait_timeout(SOON).unwrap().expect("it goes on");
    let log = program.stderr().unwrap();
    assert_eq!(status.code(), Some(1), "{log}");
    let place = format!(
        "worker \"stops\" stopped at {}[0]@1: exhausted",
        service.topic("stops")
    );
    let last: Vec<&str> = log.lines().filter(|line| line.contains(&place)).collect();
    assert!(
        last.iter().any(|line| line.contains("it fails as asked")),
        "{log}"
    );
}

#[test]
fn a_worker_that_stops_keeps_its_record_and_drains_the_program() {
    let service = Service::new(KafkaServer::shared().unwrap(), "stop").set("DELAY_MS", 1_500);
    service
        .create_topics(&[("stops", 1), ("sleeps", 1), ("out", 1)])
        .unwrap();
    let mut program = service.start(&["stops", "sleeps"]).unwrap();

    let raw = service.raw();
    raw.write(
        &service.topic("sleeps"),
        &[Record::new(None, "first"), Record::new(None, "second")],
    )
    .unwrap();
    program
        .wait_for_line(|line| line == "sleeps begins first", SOON)
        .unwrap();
    let texts = ["before", "bad", "behind"].map(|text| Record::new(Some("k"), text));
    raw.write(&service.topic("stops"), &texts).unwrap();
    ends_at_the_record(&mut program, &service);

    // What ran was finished and committed; nothing else was begun.
    let lines = program.stdout().unwrap();
    assert!(
        lines.contains("sleeps ends first") && !lines.contains("sleeps begins second"),
        "{lines}"
    );
    assert_eq!(
        raw.committed(&service.group("sleeps"), &service.topic("sleeps"))
            .unwrap(),
        [1]
    );
    assert_eq!(
        raw.committed(&service.group("stops"), &service.topic("stops"))
            .unwrap(),
        [1]
    );
    assert!(!lines.contains("stops behind"), "{lines}");

    // The record is still there.
    let mut again = service.start(&["stops"]).unwrap();
    ends_at_the_record(&mut again, &service);
    let lines = again.stdout().unwrap();
    assert_eq!(lines, "stops bad 1\nstops bad 2\n");
}
