//! Producers by hand: what they say of their messages is what another client reads.

use std::time::{SystemTime, UNIX_EPOCH};

use messaging::settings::{Settings, Sources};
use messaging::{Message, Producer, Receipt};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::wait::eventually;
use tokio::runtime::Runtime;

use crate::support::{Raw, Record, SOON, Tail};

const BATCH: usize = 2_000;

/// A producer of this client id, for topics that begin with it.
pub(crate) fn connect(runtime: &Runtime, kafka: &str, client: &str) -> Producer {
    let settings = [
        ("message_broker", "kafka".to_owned()),
        ("kafka_bootstrap_servers", kafka.to_owned()),
        ("kafka_client_id", client.to_owned()),
        ("topic_prefix", format!("{client}.")),
    ];
    let settings = Settings::load(&Sources::default().code(settings)).unwrap();
    runtime.block_on(Producer::connect(&settings)).unwrap()
}

pub(crate) fn keyed(numbers: std::ops::Range<usize>) -> impl Iterator<Item = Message<String>> {
    numbers.map(|number| Message::new(number.to_string()).key(format!("k{}", number % 10)))
}

#[allow(clippy::disallowed_methods, reason = "the broker's time is real")]
fn now_in_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Where a receipt says that this was written.
fn told(receipts: &[Receipt], values: std::ops::Range<usize>) -> Vec<(i32, i64, String)> {
    let place = |(receipt, value): (&Receipt, usize)| {
        (
            receipt.partition.unwrap(),
            receipt.offset.unwrap(),
            value.to_string(),
        )
    };
    let mut places: Vec<_> = receipts.iter().zip(values).map(place).collect();
    places.sort();
    places
}

fn found(records: &[Record]) -> Vec<(i32, i64, String)> {
    let place = |record: &Record| (record.partition, record.offset, record.text().to_owned());
    let mut places: Vec<_> = records.iter().map(place).collect();
    places.sort();
    places
}

#[test]
fn messages_to_an_absent_topic_that_nobody_waits_for_are_told_at_the_end() {
    let runtime = Runtime::new().unwrap();
    let client = format!("lost-{}", std::process::id());
    let producer = connect(&runtime, KafkaServer::shared().unwrap(), &client);
    runtime.block_on(async {
        for text in ["one", "two"] {
            producer
                .send_fire_and_forget("absent", &text.to_owned())
                .await
                .unwrap();
        }
        let error = producer.close().await.unwrap_err();
        assert!(error.is_unsent(), "{error}");
        assert!(
            error.to_string().starts_with("2 messages that nobody waited for"),
            "{error}"
        );
    });
}

#[test]
fn two_producers_of_one_program_tell_where_each_message_was_written() {
    let mut kafka = KafkaServer::start().unwrap();
    let raw = Raw::new(&kafka.bootstrap());
    let topics = ["one.out", "two.out"];
    raw.create_topics(&topics.map(|topic| (topic.to_owned(), 4)))
        .unwrap();
    let runtime = Runtime::new().unwrap();
    let producers = ["one", "two"].map(|client| connect(&runtime, &kafka.bootstrap(), client));

    let before = now_in_millis();
    for (producer, topic) in producers.iter().zip(topics) {
        let receipts = runtime
            .block_on(producer.send_batch("out", keyed(0..BATCH)))
            .unwrap();
        for receipt in &receipts {
            let timestamp = receipt.timestamp.unwrap();
            assert!(
                (before..=now_in_millis()).contains(&timestamp),
                "{receipt:?} after {before}"
            );
            assert_eq!(receipt.topic, topic);
        }
        let mut written = Tail::of(&raw, topic).unwrap();
        assert_eq!(told(&receipts, 0..BATCH), found(written.read().unwrap()));
    }

    let one = &producers[0];
    let tombstone = one.send_message("out", Message::<String>::tombstone("k0"));
    let receipt = runtime.block_on(tombstone.into_future()).unwrap();
    let queued = one.send_batch_fire_and_forget("out", keyed(0..BATCH));
    assert_eq!(runtime.block_on(queued).unwrap(), BATCH);
    runtime.block_on(one.close()).unwrap();
    let mut written = Tail::of(&raw, "one.out").unwrap();
    let records = written.read().unwrap();
    assert_eq!(
        records.len(),
        2 * BATCH + 1,
        "all that was queued is written when it is closed"
    );
    let gone = records.iter().find(|record| record.value.is_none()).unwrap();
    assert_eq!(
        (Some(gone.partition), Some(gone.offset)),
        (receipt.partition, receipt.offset)
    );

    let two = &producers[1];
    assert!(!runtime.block_on(one.is_connected()), "it is closed");
    assert!(runtime.block_on(two.is_connected()));
    kafka.kill().unwrap();
    assert!(!runtime.block_on(two.is_connected()), "nobody is there");
    kafka.restart().unwrap();
    eventually(SOON, "the producer to see its broker again", || {
        anyhow::ensure!(runtime.block_on(two.is_connected()));
        anyhow::Ok(())
    })
    .unwrap();
    let receipt = runtime
        .block_on(two.send("out", &"after".to_owned()).into_future())
        .unwrap();
    assert!(receipt.offset.is_some());
}
