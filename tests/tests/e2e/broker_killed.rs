//! A broker that is killed under a working program, and comes back 20 s later.

use std::time::Duration;

use messaging_tests::kafka::KafkaServer;
use messaging_tests::wait::eventually;

use crate::support::{SOON, Service, Tail, assert_order_of_first_copies};

const RECORDS: usize = 4_000;
const KEYS: usize = 50;
const OUTAGE: Duration = Duration::from_secs(20);

#[test]
fn nothing_is_lost_when_the_broker_is_killed_and_comes_back() {
    let mut kafka = KafkaServer::start().unwrap();
    let service = Service::new(&kafka.bootstrap(), "killed").set("DELAY_MS", 10);
    service.fill(3, RECORDS, KEYS).unwrap();
    let mut program = service.start(&["transform"]).unwrap();
    let some = || {
        let ends = service.raw().ends(&service.topic("out"))?;
        let outputs: i64 = ends.iter().sum();
        anyhow::ensure!(outputs > RECORDS as i64 / 4, "{outputs} outputs");
        anyhow::Ok(outputs)
    };
    let before = eventually(SOON, "a quarter of the outputs", some).unwrap();
    kafka.kill().unwrap();
    let written = program.wait_timeout(OUTAGE).unwrap();
    assert_eq!(
        written,
        None,
        "it ended with its broker: {}",
        program.stderr().unwrap()
    );
    assert!(
        before < RECORDS as i64 * 3 / 4,
        "the test is void: {before} outputs were there before the outage"
    );
    kafka.restart().unwrap();

    eventually(SOON, "all to be committed", || {
        service.all_committed("transform", "in")
    })
    .unwrap();
    let mut outputs = Tail::of(service.raw(), &service.topic("out")).unwrap();
    assert_eq!(outputs.distinct().unwrap().len(), RECORDS);
    assert_order_of_first_copies(outputs.read().unwrap());
    println!("{} outputs of {RECORDS} records", outputs.read().unwrap().len());

    let log = program.stderr().unwrap();
    assert!(log.contains("does not answer"), "the outage is not told: {log}");
    assert_eq!(program.wait_timeout(Duration::ZERO).unwrap(), None);
}
