//! A dead letter topic that takes smaller messages than its worker's topic is named at start, with what to do.

use messaging_tests::kafka::KafkaServer;

use crate::support::{SOON, Service};

/// The broker's default for both topics, and our headers on top.
const NEEDED: usize = 1_048_588 + 64 * 1024;

#[test]
fn a_dead_letter_topic_that_is_too_small_is_named() {
    let service = Service::new(KafkaServer::shared().unwrap(), "small-letters");
    service
        .create_topics(&[("in", 1), ("out", 1), ("in.dlq", 1)])
        .unwrap();
    let mut program = service.start(&["transform"]).unwrap();
    let mend = format!(
        "`kafka-configs.sh --bootstrap-server {} --alter --entity-type topics --entity-name {} --add-config max.message.bytes={NEEDED}`",
        KafkaServer::shared().unwrap(),
        service.topic("in.dlq")
    );
    let line = program.wait_for_line(|line| line.contains(&mend), SOON).unwrap();
    assert!(line.contains("WARN"), "{line}");
}
