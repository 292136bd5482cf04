//! A shutdown that cannot go as it should still ends in time.

use std::time::Duration;

use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::{Program, Signal};
use messaging_tests::wait::eventually;

use crate::support::{Record, SOON, Service, Tail, now, numbered};

const A_MOMENT: Duration = Duration::from_millis(100);
const SHUTDOWN_MS: u64 = 5_000;
const LIMIT: Duration = Duration::from_millis(SHUTDOWN_MS + 2_000);
const AN_HOUR_MS: u64 = 3_600_000;

/// Waits for the end; says the code and how long it took.
fn signal_and_wait(program: &mut Program, signal: Signal) -> (Option<i32>, Duration) {
    let start = now();
    program.signal(signal).unwrap();
    let status = program.wait_timeout(SOON).unwrap().expect("it does not end");
    (status.code(), start.elapsed())
}

/// A program in whose handler one record is, for an hour.
fn busy(test: &str, worker: &str) -> (Service, Program) {
    let service = Service::new(KafkaServer::shared().unwrap(), &format!("{test}-{worker}"))
        .set("DELAY_MS", AN_HOUR_MS)
        .set("SHUTDOWN_TIMEOUT_MS", SHUTDOWN_MS);
    service.create_topics(&[(worker, 1)]).unwrap();
    service
        .raw()
        .write(&service.topic(worker), &[Record::new(None, "record")])
        .unwrap();
    let mut program = service.start(&[worker]).unwrap();
    program
        .wait_for_line(|line| line == format!("{worker} begins record"), SOON)
        .unwrap();
    (service, program)
}

#[test]
fn a_handler_that_waits_is_cancelled_and_its_record_stays() {
    let (service, mut program) = busy("cancelled", "sleeps");
    let (code, took) = signal_and_wait(&mut program, Signal::SIGTERM);
    assert!(took <= LIMIT, "it took {took:?}");
    let log = program.stderr().unwrap();
    assert_eq!(code, Some(1), "unfinished work is an error: {log}");
    assert!(log.contains("unfinished records were cut off"), "{log}");
    let (group, topic) = (service.group("sleeps"), service.topic("sleeps"));
    assert_eq!(service.raw().committed(&group, &topic).unwrap(), [0]);
    assert_eq!(
        service.raw().members(&group).unwrap(),
        0,
        "it has not left the group"
    );
}

#[test]
fn a_handler_that_blocks_its_thread_does_not_keep_the_process() {
    let (service, mut program) = busy("blocked", "blocks");
    let (code, took) = signal_and_wait(&mut program, Signal::SIGTERM);
    assert!(took <= LIMIT, "it took {took:?}");
    assert_eq!(code, Some(1), "{}", program.stderr().unwrap());
    let committed = service
        .raw()
        .committed(&service.group("blocks"), &service.topic("blocks"));
    assert_eq!(committed.unwrap(), [0]);
}

#[test]
fn a_second_signal_ends_at_once() {
    for (worker, second) in [("sleeps", Signal::SIGTERM), ("blocks", Signal::SIGINT)] {
        let (_, mut program) = busy("twice", worker);
        program.signal(Signal::SIGTERM).unwrap();
        program
            .wait_for_line(|line| line.contains("stopping"), SOON)
            .unwrap();
        let began = now();
        // What comes right behind the first belongs to it.
        while program.wait_timeout(A_MOMENT).unwrap().is_none() {
            // It may have ended since.
            let _ = program.signal(second);
        }
        let took = began.elapsed();
        let code = program
            .wait_timeout(SOON)
            .unwrap()
            .and_then(|status| status.code());
        assert_eq!(code, Some(130), "{}", program.stderr().unwrap());
        assert!(took < Duration::from_secs(2), "it took {took:?}");
    }
}

#[test]
fn a_shutdown_without_a_broker_ends_in_time_and_loses_nothing() {
    let mut kafka = KafkaServer::start().unwrap();
    let service = Service::new(&kafka.bootstrap(), "in-time")
        .set("DELAY_MS", 100)
        .set("SHUTDOWN_TIMEOUT_MS", SHUTDOWN_MS);
    service.create_topics(&[("in", 1), ("out", 1)]).unwrap();
    let records = 200;
    service
        .raw()
        .write(&service.topic("in"), &numbered(records, 20))
        .unwrap();
    let mut program = service.start(&["transform"]).unwrap();
    let some = || {
        service
            .raw()
            .ends(&service.topic("out"))
            .is_ok_and(|ends| ends[0] > 20)
    };
    eventually(SOON, "some outputs", some).unwrap();
    kafka.kill().unwrap();
    let (code, took) = signal_and_wait(&mut program, Signal::SIGTERM);
    let log = program.stderr().unwrap();
    println!("ended with {code:?} after {took:?}");
    assert!(took <= LIMIT, "it took {took:?}: {log}");
    assert_eq!(code, Some(1), "what could not be committed is an error: {log}");

    kafka.restart().unwrap();
    let _program = service.start(&["transform"]).unwrap();
    eventually(SOON, "all to be committed", || {
        service.all_committed("transform", "in")
    })
    .unwrap();
    let mut outputs = Tail::of(service.raw(), &service.topic("out")).unwrap();
    assert_eq!(outputs.distinct().unwrap().len(), records);
}
