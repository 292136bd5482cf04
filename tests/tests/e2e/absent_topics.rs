//! Topics that are not there are named, with what to do, and taken up once they are.

use std::time::Duration;

use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::Signal;
use messaging_tests::wait::eventually;

use crate::support::{Record, SOON, Service, Tail};

const TAKEN_UP: Duration = Duration::from_secs(10);

#[test]
fn absent_topics_are_named_and_taken_up_when_they_are_made() {
    let service = Service::new(KafkaServer::shared().unwrap(), "absent");
    let mut program = service.start(&["transform"]).unwrap();
    for topic in ["in", "out"] {
        let topic = service.topic(topic);
        let named = |line: &str| {
            line.contains(&format!("--create --topic {topic}`")) && line.contains("does not exist")
        };
        program.wait_for_line(named, SOON).unwrap();
    }

    service.create_topics(&[("in", 2), ("out", 2)]).unwrap();
    service
        .raw()
        .write(
            &service.topic("in"),
            &[Record::new(Some("a"), "1"), Record::new(Some("b"), "2")],
        )
        .unwrap();
    eventually(TAKEN_UP, "the records to be done", || {
        service.all_committed("transform", "in")
    })
    .unwrap();
    let mut outputs = Tail::of(service.raw(), &service.topic("out")).unwrap();
    assert_eq!(outputs.distinct().unwrap(), [1, 2].into());
    assert_eq!(program.wait_timeout(Duration::ZERO).unwrap(), None);
    let said = program.stderr().unwrap();
    for topic in ["in", "out"] {
        let absent = format!("--create --topic {}`", service.topic(topic));
        assert_eq!(said.matches(&absent).count(), 1, "{topic} is named once: {said}");
    }
}

#[test]
fn the_dead_letter_topic_of_a_topic_that_comes_later_suits_it() {
    let service = Service::new(KafkaServer::shared().unwrap(), "absent-letters");
    service.create_topics(&[("out", 1)]).unwrap();
    let mut program = service.start(&["transform"]).unwrap();
    let absent = format!("--create --topic {}`", service.topic("in"));
    program
        .wait_for_line(|line| line.contains(&absent), SOON)
        .unwrap();
    let letters = service.topic("in.dlq");
    assert!(
        service.raw().ends(&letters).is_err(),
        "nobody knows yet what it needs"
    );

    service.create_topics(&[("in", 3)]).unwrap();
    eventually(SOON, "the dead letter topic to be made", || {
        service.raw().ends(&letters).map(drop)
    })
    .unwrap();
    assert_eq!(
        service.raw().ends(&letters).unwrap().len(),
        3,
        "as many as its source has"
    );
    program.signal(Signal::SIGTERM).unwrap();
    program.wait_timeout(SOON).unwrap().expect("it ends");

    // Nothing is wrong with it at the next start.
    let mut program = service.start(&["transform"]).unwrap();
    program
        .wait_for_line(|line| line.contains("partition assigned"), SOON)
        .unwrap();
    let said = program.stderr().unwrap();
    assert!(!said.contains("WARN"), "{said}");
}

#[test]
fn outputs_wait_for_an_output_topic_that_is_made_later() {
    let service = Service::new(KafkaServer::shared().unwrap(), "absent-output");
    let service = service.set("RUST_LOG", "info,messaging=debug");
    service.create_topics(&[("in", 1)]).unwrap();
    service
        .raw()
        .write(
            &service.topic("in"),
            &[Record::new(Some("a"), "1"), Record::new(Some("a"), "2")],
        )
        .unwrap();
    let mut program = service.start(&["transform"]).unwrap();
    // What the start has said is not said again when the client misses the topic; by then the handler was called.
    let output = service.topic("out");
    let missed = |line: &str| line.contains(&output) && line.contains("the start has said so already");
    program.wait_for_line(missed, SOON).unwrap();
    let committed = service
        .raw()
        .committed(&service.group("transform"), &service.topic("in"))
        .unwrap();
    assert_eq!(committed, [0], "committed before its output is written");

    service.create_topics(&[("out", 1)]).unwrap();
    eventually(TAKEN_UP, "the records to be done", || {
        service.all_committed("transform", "in")
    })
    .unwrap();
    let mut outputs = Tail::of(service.raw(), &output).unwrap();
    let texts: Vec<&str> = outputs.read().unwrap().iter().map(Record::text).collect();
    assert_eq!(texts, ["1", "2"]);
    let said = program.stderr().unwrap();
    let warned = |line: &&str| line.contains("WARN") && line.contains(&output);
    assert_eq!(said.lines().filter(warned).count(), 1, "it is named once: {said}");
}
