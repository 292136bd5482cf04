//! A second process joins the group and leaves it while records flow and some are tried again: nothing is lost, and for
//! each key the first outputs stand in order.

use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::{Program, Signal};
use messaging_tests::wait::eventually;

use crate::support::{SOON, Service, Tail, assert_order_of_first_copies};

const RECORDS: usize = 9_000;
const KEYS: usize = 120;
const PARTITIONS: i32 = 6;

/// With a concurrency of 16, one process alone needs 7 s.
const DELAY_MS: usize = 12;

/// Starts the second process, and returns once it has partitions.
fn join(service: &Service) -> Program {
    let mut program = service.start(&["unsteady"]).unwrap();
    program
        .wait_for_line(|line| line.contains("partition assigned"), SOON)
        .unwrap();
    program
}

#[test]
fn a_member_that_comes_and_goes_costs_no_record_and_no_order() {
    let service = Service::new(KafkaServer::shared().unwrap(), "members")
        .set("DELAY_MS", DELAY_MS)
        .set("KAFKA_HEARTBEAT_INTERVAL_MS", 300)
        // So that commits meet the rebalances.
        .set("KAFKA_AUTO_COMMIT_INTERVAL_MS", 5);
    service.fill(PARTITIONS, RECORDS, KEYS).unwrap();
    let mut outputs = Tail::of(service.raw(), &service.topic("out")).unwrap();

    let stays = join(&service);
    outputs.wait_for(RECORDS / 6).unwrap();
    let mut other = join(&service);
    outputs.wait_for(RECORDS / 2).unwrap();
    other.signal(Signal::SIGTERM).unwrap();
    let status = other.wait_timeout(SOON).unwrap().expect("it does not end");
    assert!(status.success(), "{}", other.stderr().unwrap());
    let left = outputs.distinct().unwrap().len();
    assert!(left < RECORDS, "the test is void: all was done before it left");
    outputs.wait_for(RECORDS).unwrap();
    eventually(SOON, "all to be committed", || {
        service.all_committed("unsteady", "in")
    })
    .unwrap();

    assert_order_of_first_copies(outputs.read().unwrap());
    let log = stays.stderr().unwrap();
    assert!(
        log.contains("partition revoked") && log.contains("a record failed"),
        "the test is void: {log}"
    );
    assert!(
        !log.contains("a commit was refused"),
        "a rebalance is no trouble: {log}"
    );
}
