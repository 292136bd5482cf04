//! Records that nobody can read: byte for byte in the dead letter topic, never tried again.

use std::time::Duration;

use bytes::Bytes;
use messaging::broker::Broker;
use messaging::broker::memory::MemoryBroker;
use messaging::headers::dlq;
use messaging::{
    Context, Delivery, FromDelivery, HandlerError, Headers, Missing, Rejection, State, WorkerSpec,
};

use crate::support::*;

async fn note(order: Order, State(seen): State<Seen<u32>>) {
    seen.note(order.id);
}

/// Headers with a duplicate, a null and an empty value.
fn odd_headers() -> Headers {
    let mut headers = Headers::new();
    headers.push("trace", "one");
    headers.push_null("nothing");
    headers.push("trace", "two");
    headers.push("empty", "");
    headers.push("bytes", vec![0xff, 0x00]);
    headers
}

fn as_list(headers: &Headers) -> HeaderList {
    headers
        .iter()
        .map(|(name, value)| (name.to_owned(), value.map(<[u8]>::to_vec)))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn an_undecodable_record_is_kept_byte_for_byte() {
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    topic(&broker, "in", 1).await;
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("note", "in", note)).await;
    type Case<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);
    let cases: [Case<'_>; 6] = [
        (Some(b"key"), Some(b"{\"id\": oops")),
        (None, Some(b"\xff\xfe\x00")),
        (Some(b""), Some(b"")),
        (Some(b"gone"), None),
        (None, None),
        (Some(b"\x00\xff"), Some(b"[]")),
    ];
    for (key, value) in cases {
        write(&broker, "in", key, value, &odd_headers());
    }
    write(&broker, "in", None, Some(br#"{"id":7}"#), &Headers::new());
    until("all are dead letters", || {
        broker.records("in.dlq").len() == cases.len()
    })
    .await;
    until("the good one is handled", || seen.all() == [7]).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 7);

    let mut letters = read(&broker, "in.dlq").await;
    letters.sort_by_key(|letter| header(letter, dlq::OFFSET).parse::<u32>().unwrap());
    for (letter, (key, value)) in letters.iter().zip(cases) {
        assert_eq!((letter.key(), letter.value()), (key, value));
        let headers = headers_of(letter);
        let (theirs, ours) = headers.split_at(odd_headers().len());
        assert_eq!(theirs, as_list(&odd_headers()));
        assert!(
            ours.iter().all(|(name, _)| name.starts_with(dlq::PREFIX)),
            "{ours:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_says_where_it_comes_from_and_why() {
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    topic(&broker, "in", 1).await;
    let running = run_one(&broker, seen, WorkerSpec::of("note", "in", note).max_retries(7)).await;
    write(&broker, "in", None, Some(br#"{"id":1}"#), &Headers::new());
    write(&broker, "in", Some(b"k"), Some(b"no json"), &Headers::new());
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    end(running).await;
    let (letter, source) = (only(&broker, "in.dlq").await, read(&broker, "in").await.remove(1));
    let names: Vec<String> = headers_of(&letter).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "messaging.dlq.topic",
            "messaging.dlq.partition",
            "messaging.dlq.offset",
            "messaging.dlq.timestamp",
            "messaging.dlq.group",
            "messaging.dlq.worker",
            "messaging.dlq.reason",
            "messaging.dlq.error",
            "messaging.dlq.attempts",
            "messaging.dlq.failed-at",
        ]
    );
    let told = |name| header(&letter, name);
    assert_eq!(
        (told(dlq::TOPIC), told(dlq::PARTITION), told(dlq::OFFSET)),
        ("in".into(), "0".into(), "1".into())
    );
    assert_eq!(told(dlq::TIMESTAMP), source.timestamp().unwrap().to_string());
    assert_eq!((told(dlq::GROUP), told(dlq::WORKER)), ("g".into(), "note".into()));
    assert_eq!(
        (told(dlq::REASON), told(dlq::ATTEMPTS)),
        ("decode".into(), "1".into()),
        "it is never tried again"
    );
    let error = told(dlq::ERROR);
    assert!(
        error.starts_with("cannot read 7 bytes as ") && error.contains("line 1 column 2"),
        "{error}"
    );
    let failed_at: i64 = told(dlq::FAILED_AT).parse().unwrap();
    assert!(failed_at >= source.timestamp().unwrap(), "{failed_at}");
}

#[tokio::test(start_paused = true)]
async fn a_tombstone_is_a_dead_letter_unless_the_handler_looks_at_it_itself() {
    async fn by_delivery(delivery: Delivery<Bytes>, State(seen): State<Seen<usize>>) {
        seen.note(delivery.payload().len());
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<usize>::new());
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("raw", "in", by_delivery)).await;
    write(&broker, "in", Some(b"k"), None, &Headers::new());
    write(&broker, "in", Some(b"k"), Some(b"ab"), &Headers::new());
    until("the other is handled", || seen.all() == [2]).await;
    until("the tombstone is a dead letter", || {
        broker.records("in.dlq").len() == 1
    })
    .await;
    let letter = only(&broker, "in.dlq").await;
    assert_eq!((letter.key(), letter.value()), (Some(&b"k"[..]), None));
    assert_eq!(
        header(&letter, dlq::ERROR),
        "the record has no value (it is a tombstone)"
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_reader_of_dead_letters_that_cannot_read_them_makes_no_loop() {
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    let spec =
        |name: &str, topic: &str| WorkerSpec::of(name, topic.to_owned(), note).group_id(name.to_owned());
    let app = app_on(&broker)
        .state(seen.clone())
        .worker(spec("note", "in"))
        .worker(spec("mourn", "in.dlq"));
    let running = started(app).await;
    write(&broker, "in", Some(b"k"), Some(b"no json"), &odd_headers());
    until("it is a dead letter of dead letters", || {
        broker.records("in.dlq.dlq").len() == 1
    })
    .await;
    pass(Duration::from_secs(3600)).await;
    let count = |topic| broker.records(topic).len();
    assert_eq!(
        (
            count("in.dlq"),
            count("in.dlq.dlq"),
            count("in.dlq.dlq.dlq"),
            seen.len()
        ),
        (1, 1, 0, 0)
    );
    let letter = only(&broker, "in.dlq.dlq").await;
    let topics: Vec<_> = headers_of(&letter)
        .into_iter()
        .filter(|(name, _)| name == dlq::TOPIC)
        .collect();
    let topic = |name: &str| (dlq::TOPIC.to_owned(), Some(name.as_bytes().to_vec()));
    assert_eq!(
        topics,
        [topic("in"), topic("in.dlq")],
        "the last one counts, and the first is kept"
    );
    end(running).await;
}

/// Wants a header.
struct Tenant;

impl FromDelivery for Tenant {
    type Setup = ();
    fn setup(_: &Context) -> Result<(), Missing> {
        Ok(())
    }
    fn from_delivery(_: &(), delivery: &Delivery) -> Result<Tenant, Rejection> {
        let found = delivery.headers().any(|(name, _)| name == "tenant");
        found
            .then_some(Tenant)
            .ok_or_else(|| Rejection::new("the header `tenant` is missing"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_extractor_is_an_undecodable_record() {
    async fn for_tenant(order: Order, _: Tenant, State(seen): State<Seen<u32>>) {
        seen.note(order.id);
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    let running = run_one(
        &broker,
        seen.clone(),
        WorkerSpec::of("for_tenant", "in", for_tenant),
    )
    .await;
    let mut headers = Headers::new();
    write(&broker, "in", Some(b"1"), Some(br#"{"id":1}"#), &headers);
    headers.push("tenant", "acme");
    write(&broker, "in", Some(b"1"), Some(br#"{"id":2}"#), &headers);
    until("the second is handled", || seen.all() == [2]).await;
    until("the first is a dead letter", || orders(&broker, "in.dlq") == [1]).await;
    let letter = only(&broker, "in.dlq").await;
    assert_eq!(header(&letter, dlq::REASON), "decode");
    assert_eq!(header(&letter, dlq::ERROR), "the header `tenant` is missing");
    assert_eq!(header(&letter, dlq::ATTEMPTS), "1");
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_long_error_is_cut() {
    async fn fails(_: Order) -> Result<(), std::io::Error> {
        Err(std::io::Error::other("é".repeat(20_000)))
    }
    let broker = MemoryBroker::new();
    let running = run_one(&broker, (), WorkerSpec::of("fails", "in", fails).max_retries(0)).await;
    send(&running, "in", [1]).await;
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    let letter = only(&broker, "in.dlq").await;
    assert_eq!(header(&letter, dlq::ERROR).len(), dlq::ERROR_LIMIT);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn an_absent_dead_letter_topic_is_made_at_start_with_the_sources_partitions() {
    let broker = MemoryBroker::new().auto_create(false);
    topic(&broker, "in", 5).await;
    let running = run_one(&broker, Seen::<u32>::new(), WorkerSpec::of("note", "in", note)).await;
    let made = broker
        .admin()
        .unwrap()
        .describe_topic("in.dlq")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(made.partitions, 5);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn without_its_topic_a_dead_letter_waits_and_holds_the_offset() {
    let (broker, seen) = (MemoryBroker::new().auto_create(false), Seen::<u32>::new());
    topic(&broker, "in", 1).await;
    let app = app_on(&broker)
        .configure([("kafka_dlq_auto_create", "false")])
        .state(seen.clone());
    let running = started(app.worker(WorkerSpec::of("note", "in", note).group_id("g"))).await;
    write(&broker, "in", None, Some(b"no json"), &Headers::new());
    pass(Duration::from_secs(60)).await;
    assert_eq!(committed(&broker, "g", "in").await, 0);
    topic(&broker, "in.dlq", 1).await;
    until("it is written after all", || broker.records("in.dlq").len() == 1).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 1);
    assert_eq!(broker.records("in.dlq").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_undecodable_records_among_many_are_all_kept() {
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    for id in 0..100_000_u32 {
        let good = format!(r#"{{"id":{id}}}"#);
        let value = if id % 10 == 3 {
            format!("no json {id}")
        } else {
            good
        };
        write(
            &broker,
            "in",
            Some(&(id % 997).to_be_bytes()),
            Some(value.as_bytes()),
            &Headers::new(),
        );
    }
    let running = run_one(
        &broker,
        seen.clone(),
        WorkerSpec::of("note", "in", note).concurrency(8),
    )
    .await;
    until("all are handled", || seen.len() == 90_000).await;
    until("all are dead letters", || {
        broker.records("in.dlq").len() == 10_000
    })
    .await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 100_000);
    let mut kept: Vec<String> = broker
        .records("in.dlq")
        .into_iter()
        .map(|record| record.value_str().unwrap().to_owned())
        .collect();
    let mut expected: Vec<String> = (0..100_000)
        .filter(|id| id % 10 == 3)
        .map(|id| format!("no json {id}"))
        .collect();
    kept.sort();
    expected.sort();
    assert_eq!(kept, expected);
}

#[tokio::test(start_paused = true)]
async fn the_dead_letter_topic_of_a_topic_that_comes_later_is_made_with_it() {
    async fn reject(_: Order) -> Result<(), HandlerError> {
        Err(HandlerError::reject("never"))
    }
    let broker = MemoryBroker::new().auto_create(false);
    let running = app_on(&broker).worker(WorkerSpec::of("reject", "in", reject));
    let running = running.start().await.unwrap();
    assert_eq!(topics(&broker).await, [], "nobody knows yet what it needs");
    topic(&broker, "in", 3).await;
    write(
        &broker,
        "in",
        None,
        Some(br#"{"id":1}"#),
        &messaging::Headers::new(),
    );
    until("the dead letter is there", || orders(&broker, "in.dlq") == [1]).await;
    let both = ["in", "in.dlq"].map(|name| (name.to_owned(), 3));
    assert_eq!(topics(&broker).await, both);
    end(running).await;
}

/// The topics that are there, with their partitions.
async fn topics(broker: &MemoryBroker) -> Vec<(String, i32)> {
    let topics = broker.admin().unwrap().topics().await.unwrap();
    topics
        .into_iter()
        .map(|topic| (topic.name, topic.partitions))
        .collect()
}
