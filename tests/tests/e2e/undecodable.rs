//! What cannot be decoded goes to the dead letter topic as it is, and holds nothing up.

use std::collections::HashMap;
use std::time::Duration;

use messaging_tests::kafka::KafkaServer;
use messaging_tests::wait::eventually;

use crate::support::{Record, Service, Tail, now};

const RECORDS: usize = 100_000;
/// Every tenth is undecodable.
const TENTH: usize = 10;
const PARTITIONS: i32 = 3;

/// Without any progress for so long it stalls.
const STALL: Duration = Duration::from_secs(15);
const ALL: Duration = Duration::from_secs(180);

/// Undecodable in many ways, and with what must survive: no key and an empty one, no value, headers of one name,
/// without a value, with bytes that are no text.
fn undecodable(number: usize) -> Record {
    let bytes = |text: String| Some([text.as_bytes(), &[0xff, 0x00, 0xfe]].concat());
    let value = match number / TENTH % 4 {
        0 => Some(format!("{{\"number\": \"{number}\"").into_bytes()),
        1 => bytes(format!("bytes {number} ")),
        2 => None,
        _ => Some(Vec::new()),
    };
    let key = match number / TENTH % 3 {
        0 => None,
        1 => Some(Vec::new()),
        _ => bytes(format!("key {number} ")),
    };
    let headers = vec![
        ("twice".to_owned(), bytes(number.to_string())),
        ("nothing".to_owned(), None),
        ("twice".to_owned(), Some(Vec::new())),
    ];
    Record {
        key,
        value,
        headers,
        ..Record::default()
    }
}

fn input(number: usize) -> Record {
    if number.is_multiple_of(TENTH) {
        return undecodable(number);
    }
    Record::new(
        Some(&format!("k{}", number % 1000)),
        &format!("{{\"number\":{number}}}"),
    )
}

fn total(service: &Service, topic: &str) -> Result<i64, String> {
    let ends = service
        .raw()
        .ends(&service.topic(topic))
        .map_err(|error| format!("{error:#}"))?;
    Ok(ends.iter().sum())
}

/// Waits until outputs and dead letters are as many as the inputs, and sees to it that they always grow.
fn watch(service: &Service) {
    let (mut last, mut at) = (0, now());
    let done = || {
        let count = total(service, "out")? + total(service, "in.dlq")?;
        if count > last {
            (last, at) = (count, now());
        }
        assert!(
            at.elapsed() < STALL,
            "nothing moves for {STALL:?}: {count} of {RECORDS} are done"
        );
        if count >= RECORDS as i64 {
            Ok(())
        } else {
            Err(format!("{count} are done"))
        }
    };
    eventually(ALL, "all records to be done", done).unwrap();
}

fn read(service: &Service, topic: &str) -> Vec<Record> {
    let mut tail = Tail::of(service.raw(), &service.topic(topic)).unwrap();
    tail.read().unwrap().to_vec()
}

/// Where a dead letter came from, by its headers.
fn origin(letter: &Record) -> (i32, i64) {
    let header = |name: &str| {
        letter
            .header(name)
            .unwrap_or_else(|| panic!("no header {name}: {letter:?}"))
    };
    assert_eq!(header("messaging.dlq.reason"), "decode");
    assert_eq!(header("messaging.dlq.attempts"), "1");
    let partition = header("messaging.dlq.partition").parse().expect("a number");
    (
        partition,
        header("messaging.dlq.offset").parse().expect("a number"),
    )
}

fn theirs(letter: &Record) -> Vec<(String, Option<Vec<u8>>)> {
    let ours = |name: &str| name.starts_with("messaging.dlq.");
    letter
        .headers
        .iter()
        .filter(|(name, _)| !ours(name))
        .cloned()
        .collect()
}

#[test]
fn ten_thousand_undecodable_records_are_all_kept_as_they_are() {
    let service = Service::new(KafkaServer::shared().unwrap(), "undecodable");
    service
        .create_topics(&[("in", PARTITIONS), ("out", PARTITIONS)])
        .unwrap();
    let inputs: Vec<Record> = (0..RECORDS).map(input).collect();
    service.raw().write(&service.topic("in"), &inputs).unwrap();

    let _worker = service.start(&["numbers"]).unwrap();
    watch(&service);
    let committed = || service.all_committed("numbers", "in");
    eventually(Duration::from_secs(30), "all to be committed", committed).unwrap();

    let at = |record: Record| ((record.partition, record.offset), record);
    let mut bad: HashMap<_, _> = read(&service, "in").into_iter().map(at).collect();
    bad.retain(|_, record| !record.headers.is_empty());
    assert_eq!(bad.len(), RECORDS / TENTH);
    for letter in read(&service, "in.dlq") {
        let record = bad
            .remove(&origin(&letter))
            .expect("a dead letter of an undecodable record, once");
        assert_eq!(
            (&letter.key, &letter.value, theirs(&letter)),
            (&record.key, &record.value, record.headers)
        );
    }
    assert!(
        bad.is_empty(),
        "{} undecodable records are not in the dead letter topic",
        bad.len()
    );

    let mut outputs: Vec<String> = read(&service, "out")
        .iter()
        .map(|output| output.text().to_owned())
        .collect();
    let mut wanted: Vec<String> = inputs
        .iter()
        .filter(|i| i.headers.is_empty())
        .map(|i| i.text().to_owned())
        .collect();
    outputs.sort();
    wanted.sort();
    assert!(
        outputs == wanted,
        "{} outputs, {} wanted",
        outputs.len(),
        wanted.len()
    );
}
