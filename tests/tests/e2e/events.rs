//! A consumer of two topics against a real Kafka: its events, an unknown one, a nameless record and a failing handler,
//! each to its end.

use messaging_tests::kafka::KafkaServer;
use messaging_tests::wait::eventually;

use crate::support::{Record, SOON, Service, Tail};

const CREATED: &str =
    r#"{"name":"user.created","event_id":"e1","occurred_at":"2024-01-15T10:30:00Z","data":{"email":"ada"}}"#;
const RENAMED: &str = r#"{"event_type":"user.renamed","email":"eve"}"#;
const UNKNOWN: &str = r#"{"name":"user.lost","data":{"email":"bob"}}"#;
const NAMELESS: &str = r#"{"email":"dan"}"#;
const NO_OBJECT: &str = r#"["user.created"]"#;
const RECEIVED: &str = r#"{"name":"payment.received","data":{"amount":7}}"#;
const FAILING: &str = r#"{"name":"payment.received","data":{"amount":-1}}"#;
const REFUSED: &str = r#"{"amount":9}"#;

fn record(value: &str) -> Record {
    Record::new(Some("k"), value)
}

fn write(service: &Service) {
    let users = [CREATED, UNKNOWN, NAMELESS, UNKNOWN, NO_OBJECT, RENAMED].map(record);
    service
        .raw()
        .write(&service.topic("user-events"), &users)
        .unwrap();
    let mut refused = record(REFUSED);
    refused.headers = vec![("event-type".to_owned(), Some(b"payment.refused".to_vec()))];
    let payments = [record(FAILING), record(RECEIVED), refused, record(CREATED)];
    service
        .raw()
        .write(&service.topic("payment-events"), &payments)
        .unwrap();
}

fn read(service: &Service, topic: &str) -> Vec<Record> {
    let mut tail = Tail::of(service.raw(), &service.topic(topic)).unwrap();
    tail.read().unwrap().to_vec()
}

/// The values of the dead letters of a topic, each with its reason and how often its handler was called.
fn dead_letters(service: &Service, topic: &str) -> Vec<(String, String, String)> {
    let told = |letter: &Record, name: &str| {
        let told = letter.header(&format!("messaging.dlq.{name}"));
        told.unwrap_or_default().to_owned()
    };
    let letters = read(service, &format!("{topic}.dlq"));
    let tell = |letter: &Record| {
        assert_eq!(told(letter, "topic"), service.topic(topic));
        assert_eq!(told(letter, "worker"), "shop");
        (
            letter.text().to_owned(),
            told(letter, "reason"),
            told(letter, "attempts"),
        )
    };
    letters.iter().map(tell).collect()
}

fn letter(value: &str, reason: &str, attempts: &str) -> (String, String, String) {
    (value.to_owned(), reason.to_owned(), attempts.to_owned())
}

#[test]
fn each_event_comes_to_its_end() {
    let service = Service::new(KafkaServer::shared().unwrap(), "events");
    let topics = [("user-events", 1), ("payment-events", 1), ("refusals", 1)];
    service.create_topics(&topics).unwrap();
    write(&service);
    let program = service.start(&["shop"]).unwrap();
    for topic in ["user-events", "payment-events"] {
        let committed = || service.all_committed("shop", topic);
        eventually(SOON, "all events to be done", committed).unwrap();
    }

    let stdout = program.stdout().unwrap();
    let mut lines: Vec<&str> = stdout.lines().collect();
    lines.sort_unstable();
    let created = |topic| format!("created ada by e1 on {}", service.topic(topic));
    let (here, there) = (created("payment-events"), created("user-events"));
    let expected = [
        here.as_str(),
        &there,
        "received -1 1",
        "received -1 2",
        "received 7 1",
        "renamed eve",
    ];
    assert_eq!(lines, expected);

    let undecodable = [letter(NAMELESS, "decode", "1"), letter(NO_OBJECT, "decode", "1")];
    assert_eq!(dead_letters(&service, "user-events"), undecodable);
    assert_eq!(
        dead_letters(&service, "payment-events"),
        [letter(FAILING, "exhausted", "2")]
    );
    let refusals = read(&service, "refusals");
    assert!(
        matches!(&refusals[..], [one] if one.text() == REFUSED && one.key.is_none()),
        "{refusals:?}"
    );

    let log = program.stderr().unwrap();
    let said = log
        .lines()
        .filter(|line| line.contains("no handler is for this event"));
    let said: Vec<&str> = said.collect();
    assert!(
        matches!(&said[..], [one] if one.contains("WARN") && one.contains("user.lost")),
        "{log}"
    );
}
