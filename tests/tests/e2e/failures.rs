//! Each way to fail, and what becomes of the record; the records before and behind it succeed.

use std::time::Duration;

use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::Program;
use messaging_tests::wait::eventually;

use crate::support::{Record, SOON, Service, Tail, now};

/// The worker, its topic, how often it is called with the bad record, and what follows.
const CASES: [(&str, &str, usize, End); 7] = [
    (
        "panics",
        "panics",
        3,
        End::DeadLetter("panic", "it panics as asked"),
    ),
    ("hangs", "hangs", 2, End::DeadLetter("timeout", "300ms")),
    (
        "fails",
        "fails",
        4,
        End::DeadLetter("exhausted", "it fails as asked"),
    ),
    (
        "rejects",
        "rejects",
        1,
        End::DeadLetter("rejected", "it rejects as asked"),
    ),
    ("waits", "waits", 3, End::Output),
    ("skips", "skips", 1, End::Nothing),
    ("gives_up", "gives-up", 2, End::Nothing),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// A dead letter with this reason and an error that says this.
    DeadLetter(&'static str, &'static str),
    /// It succeeds in the end.
    Output,
    /// No output and no dead letter.
    Nothing,
}

fn records(worker: &str) -> [Record; 3] {
    // One partition and one key: the last one waits for what becomes of the bad one.
    ["before", "bad", "behind"].map(|text| Record {
        headers: vec![("worker".to_owned(), Some(worker.as_bytes().to_vec()))],
        ..Record::new(Some(worker), text)
    })
}

fn read(service: &Service, topic: &str) -> Vec<Record> {
    let mut tail = Tail::of(service.raw(), &service.topic(topic)).unwrap();
    tail.read().unwrap().to_vec()
}

/// The texts whose outputs have this worker's key, in their order.
fn outputs(service: &Service, worker: &str) -> Vec<String> {
    let mine = |output: &Record| output.key.as_deref() == Some(worker.as_bytes());
    read(service, "out")
        .iter()
        .filter(|output| mine(output))
        .map(|output| output.text().to_owned())
        .collect()
}

fn calls(program: &Program, worker: &str) -> Vec<String> {
    let start = format!("{worker} bad ");
    let lines = program.stdout().unwrap();
    lines
        .lines()
        .filter_map(|line| line.strip_prefix(&start))
        .map(str::to_owned)
        .collect()
}

fn assert_dead_letter(service: &Service, case: &(&str, &str, usize, End), reason: &str, error: &str) {
    let (worker, topic, calls, _) = *case;
    let letters = read(service, &format!("{topic}.dlq"));
    let [letter] = &letters[..] else {
        panic!("{worker}: {letters:?}")
    };
    let [_, bad, _] = records(worker);
    assert_eq!((&letter.key, &letter.value), (&bad.key, &bad.value));
    assert_eq!(letter.header("worker"), Some(worker));
    let calls = calls.to_string();
    let said = [
        ("topic", service.topic(topic)),
        ("partition", "0".to_owned()),
        ("offset", "1".to_owned()),
        ("group", service.group(worker)),
        ("worker", worker.to_owned()),
        ("reason", reason.to_owned()),
        ("attempts", calls),
    ];
    for (name, value) in said {
        assert_eq!(
            letter.header(&format!("messaging.dlq.{name}")),
            Some(value.as_str()),
            "{worker}: {name}"
        );
    }
    let told = letter.header("messaging.dlq.error").unwrap_or_default();
    assert!(told.contains(error), "{worker}: {told}");
}

#[test]
fn each_failure_ends_as_specified() {
    let service = Service::new(KafkaServer::shared().unwrap(), "failures");
    let mut topics: Vec<_> = CASES.iter().map(|(_, topic, ..)| (*topic, 1)).collect();
    topics.push(("out", 1));
    service.create_topics(&topics).unwrap();
    for (worker, topic, ..) in CASES {
        service
            .raw()
            .write(&service.topic(topic), &records(worker))
            .unwrap();
    }
    let workers = CASES.map(|(worker, ..)| worker);
    let mut program = service.start(&workers).unwrap();

    program.wait_for_line(|line| line == "waits bad 1", SOON).unwrap();
    let start = now();
    program.wait_for_line(|line| line == "waits bad 3", SOON).unwrap();
    // Twice 700 ms; the worker's own delay would be an hour.
    assert!(
        start.elapsed() > Duration::from_millis(1300),
        "{:?}",
        start.elapsed()
    );

    for (worker, topic, ..) in CASES {
        eventually(SOON, "a worker to be through", || {
            service.all_committed(worker, topic)
        })
        .unwrap();
    }
    for case in &CASES {
        let (worker, topic, wanted, end) = *case;
        let tries: Vec<String> = (1..=wanted).map(|n| n.to_string()).collect();
        assert_eq!(calls(&program, worker), tries, "{worker}");
        let mut texts = vec!["before", "behind"];
        if end == End::Output {
            texts.insert(1, "bad");
        }
        assert_eq!(outputs(&service, worker), texts, "{worker}");
        match end {
            End::DeadLetter(reason, error) => assert_dead_letter(&service, case, reason, error),
            // A worker that never writes dead letters has no topic for them.
            _ if worker == "gives_up" => assert!(service.raw().ends(&service.topic("gives-up.dlq")).is_err()),
            _ => assert_eq!(read(&service, &format!("{topic}.dlq")), []),
        }
    }
    let log = program.stderr().unwrap();
    let skipped = |level: &str, text: &str| log.lines().any(|l| l.contains(level) && l.contains(text));
    assert!(skipped("INFO", "it skips as asked"), "{log}");
    assert!(skipped("ERROR", "on_exhausted = \"skip\""), "{log}");
}
