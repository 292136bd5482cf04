//! What users send themselves.

use futures_util::FutureExt;
use messaging::broker::memory::MemoryBroker;
use messaging::payload::{DecodeError, EncodeError, Format};
use messaging::{Payload, Producer, State, WorkerSpec, publish, topic as named};
use serde::{Deserialize, Serialize};

use crate::support::*;

async fn idle(broker: &MemoryBroker) -> messaging::Running {
    started(app_on(broker)).await
}

#[tokio::test(start_paused = true)]
async fn a_send_waits_for_the_receipt_with_the_offset() {
    let broker = MemoryBroker::new();
    topic(&broker, "out", 1).await;
    let running = idle(&broker).await;
    for offset in 0..3 {
        let receipt = running.producer().send("out", &Order { id: 1 }).await.unwrap();
        assert_eq!(
            (receipt.topic.as_str(), receipt.partition, receipt.offset),
            ("out", Some(0), Some(offset))
        );
        assert!(receipt.timestamp.is_some());
    }
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn without_waiting_the_receipt_has_no_offset() {
    let broker = MemoryBroker::new();
    let running = idle(&broker).await;
    let receipt = running
        .producer()
        .send("out", &Order { id: 1 })
        .wait(false)
        .await
        .unwrap();
    assert_eq!(
        (receipt.partition, receipt.offset, receipt.timestamp),
        (None, None, None)
    );
    running
        .producer()
        .send_fire_and_forget("out", &Order { id: 2 })
        .await
        .unwrap();
    assert_eq!(
        running.producer().flush(std::time::Duration::from_secs(1)).await,
        0
    );
    let mut sent = orders(&broker, "out");
    sent.sort_unstable();
    assert_eq!(sent, [1, 2]);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_payload_may_send_another_one_while_it_is_written() {
    struct Audited(Producer);
    impl Payload for Audited {
        fn encode(&self, _: Format, to: &mut Vec<u8>) -> Result<(), EncodeError> {
            to.extend_from_slice(br#"{"id""#);
            let sent = self.0.send_fire_and_forget("audit", &Order { id: 2 });
            sent.now_or_never().expect("there is room").unwrap();
            to.extend_from_slice(b":1}");
            Ok(())
        }
        fn decode(_: Format, _: &[u8]) -> Result<Self, DecodeError> {
            unreachable!("nobody reads it")
        }
        fn formats() -> &'static [Format] {
            &[Format::Json]
        }
    }
    let broker = MemoryBroker::new();
    let running = idle(&broker).await;
    let audited = Audited(running.producer());
    audited.0.send_fire_and_forget("out", &audited).await.unwrap();
    assert_eq!(
        (orders(&broker, "out"), orders(&broker, "audit")),
        (vec![1], vec![2])
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn fire_and_forget_as_a_setting_turns_the_default_and_wait_turns_it_back() {
    let broker = MemoryBroker::new();
    let running = started(app_on(&broker).configure([("kafka_fire_and_forget", "true")])).await;
    let producer = running.producer();
    assert_eq!(producer.send("out", &Order { id: 1 }).await.unwrap().offset, None);
    assert_eq!(
        producer
            .send("out2", &Order { id: 1 })
            .wait(true)
            .await
            .unwrap()
            .offset,
        Some(0)
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn key_and_headers_are_written_as_given() {
    let broker = MemoryBroker::new();
    let running = idle(&broker).await;
    let send = running.producer().send("out", &Order { id: 1 }).key("k");
    send.header("a", "1")
        .header("b", vec![0xff])
        .header("a", "2")
        .await
        .unwrap();
    let record = only(&broker, "out").await;
    assert_eq!(
        (record.key(), record.value()),
        (Some(&b"k"[..]), Some(&br#"{"id":1}"#[..]))
    );
    let header = |name: &str, value: &[u8]| (name.to_owned(), Some(value.to_vec()));
    assert_eq!(
        headers_of(&record),
        [header("a", b"1"), header("b", &[0xff]), header("a", b"2")]
    );
    running.producer().send("bare", &Order { id: 1 }).await.unwrap();
    let bare = only(&broker, "bare").await;
    assert_eq!(
        (bare.key(), headers_of(&bare)),
        (None, vec![]),
        "nothing is added"
    );
    end(running).await;
}

#[derive(Debug, Serialize, Deserialize, Payload)]
struct Invoice {
    number: Option<u32>,
}

#[named(name = "invoices", schema = Invoice, key = number)]
struct Invoices;

#[tokio::test(start_paused = true)]
async fn a_typed_topic_makes_the_key() {
    let broker = MemoryBroker::new();
    topic(&broker, "invoices", 1).await;
    let running = idle(&broker).await;
    let producer = running.producer();
    producer
        .send(Invoices, &Invoice { number: Some(7) })
        .await
        .unwrap();
    producer.send(Invoices, &Invoice { number: None }).await.unwrap();
    producer
        .send(Invoices, &Invoice { number: Some(7) })
        .key("own")
        .await
        .unwrap();
    producer
        .send_fire_and_forget(Invoices, &Invoice { number: Some(8) })
        .await
        .unwrap();
    let keys: Vec<_> = broker
        .records("invoices")
        .into_iter()
        .map(|record| record.key)
        .collect();
    assert_eq!(
        keys,
        [Some("7".into()), None, Some("own".into()), Some("8".into())]
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_topic_may_be_any_text() {
    let broker = MemoryBroker::new();
    let running = started(app_on(&broker).configure([("topic_prefix", "dev.")])).await;
    let name = String::from("out");
    let borrowed: &str = &format!("{name}2");
    running.producer().send(&name, &Order { id: 1 }).await.unwrap();
    running.producer().send(borrowed, &Order { id: 2 }).await.unwrap();
    running.producer().send(name, &Order { id: 3 }).await.unwrap();
    let counts = ["dev.out", "dev.out2"].map(|topic| broker.records(topic).len());
    assert_eq!(counts, [2, 1]);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_send_that_cannot_be_written_is_an_error() {
    let broker = MemoryBroker::new().auto_create(false);
    let running = idle(&broker).await;
    let absent = running
        .producer()
        .send("out", &Order { id: 1 })
        .await
        .unwrap_err();
    assert!(absent.is_unknown_topic(), "{absent}");
    assert!(
        absent
            .report()
            .contains("the topic \"out\" does not exist; create it"),
        "{absent:?}"
    );
    for wait in [true, false] {
        let bad = running
            .producer()
            .send("no good", &Order { id: 1 })
            .wait(wait)
            .await
            .unwrap_err();
        assert!(
            bad.report().contains("a topic name \"no good\" has ' '"),
            "{bad:?}"
        );
    }
    let bad = running
        .producer()
        .send_fire_and_forget("no good", &Order { id: 1 })
        .await
        .unwrap_err();
    assert!(
        bad.report().contains("a topic name \"no good\" has ' '"),
        "{bad:?}"
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn handlers_send_by_the_extractor_and_by_publish() {
    async fn send_both(
        order: Order,
        producer: Producer,
        State(seen): State<Seen<Option<i64>>>,
    ) -> messaging::Result<()> {
        seen.note(producer.send("extracted", &order).key("k").await?.offset);
        seen.note(publish("published", &order).key("k").await?.offset);
        Ok(())
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<Option<i64>>::new());
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("send", "in", send_both)).await;
    send(&running, "in", [1]).await;
    until("both are sent", || seen.len() == 2).await;
    assert_eq!(seen.all(), [Some(0), Some(0)]);
    assert_eq!(
        (orders(&broker, "extracted"), orders(&broker, "published")),
        (vec![1], vec![1])
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_send_is_a_failure_of_the_record() {
    async fn send(order: Order) -> messaging::Result<()> {
        publish("no good", &order).await.map(drop)
    }
    let broker = MemoryBroker::new();
    let running = run_one(&broker, (), WorkerSpec::of("send", "in", send).max_retries(0)).await;
    crate::support::send(&running, "in", [1]).await;
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    let letter = only(&broker, "in.dlq").await;
    assert_eq!(header(&letter, messaging::headers::dlq::REASON), "exhausted");
    end(running).await;
}
