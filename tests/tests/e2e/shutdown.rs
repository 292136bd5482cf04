//! SIGTERM while records are handled: what runs is finished and committed, the group is left, nothing is lost.

use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::{Program, Signal};

use crate::support::{SOON, Service, Tail, now};

const RECORDS: usize = 400;
const SHUTDOWN_MS: u64 = 6_000;

/// Terminates it in the middle of its work and waits for its end.
fn terminate(program: &mut Program) {
    let start = now();
    program.signal(Signal::SIGTERM).unwrap();
    let status = program.wait_timeout(SOON).unwrap().expect("it does not end");
    let log = program.stderr().unwrap();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(
        start.elapsed().as_millis() <= u128::from(SHUTDOWN_MS) + 2_000,
        "it took {:?}",
        start.elapsed()
    );
}

#[test]
fn a_terminated_worker_finishes_commits_and_leaves() {
    // Each record has a key of its own, so that records end in their order and nothing done is left uncommitted.
    let service = Service::new(KafkaServer::shared().unwrap(), "shutdown")
        .set("DELAY_MS", 300)
        .set("SHUTDOWN_TIMEOUT_MS", SHUTDOWN_MS)
        // Only the shutdown itself commits.
        .set("KAFKA_AUTO_COMMIT_INTERVAL_MS", 3_600_000);
    service.fill(1, RECORDS, RECORDS).unwrap();
    let mut outputs = Tail::of(service.raw(), &service.topic("out")).unwrap();

    let mut program = service.start(&["transform"]).unwrap();
    outputs.wait_for(RECORDS / 4).unwrap();
    terminate(&mut program);
    let (group, topic) = (service.group("transform"), service.topic("in"));
    assert_eq!(
        service.raw().members(&group).unwrap(),
        0,
        "it has not left the group"
    );
    let done = outputs.distinct().unwrap();
    let committed = service.raw().committed(&group, &topic).unwrap();
    assert_eq!(
        committed,
        [done.len() as i64],
        "what is finished is not what is committed"
    );
    assert!(done.len() < RECORDS, "the test is void: nothing was left to do");
    assert_eq!(done, (0..done.len()).collect(), "finished, but not in order");

    let mut program = service.start(&["transform"]).unwrap();
    outputs.wait_for(RECORDS).unwrap();
    terminate(&mut program);
    service.all_committed("transform", "in").unwrap();
    assert_eq!(
        outputs.read().unwrap().len(),
        RECORDS,
        "some records were handled twice"
    );
}
