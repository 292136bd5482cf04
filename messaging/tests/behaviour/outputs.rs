//! What a handler returns is published, or its record is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use messaging::broker::Broker;
use messaging::broker::memory::MemoryBroker;
use messaging::headers::{TRACEPARENT, dlq};
use messaging::{Headers, Json, Message, Payload, WorkerSpec, topic as named};
use serde::{Deserialize, Serialize};

use crate::support::*;

/// Handles order 1 of key "k" with `spec` and gives the outputs.
async fn outputs_of(spec: WorkerSpec, to: &str) -> Vec<messaging::record::Record> {
    let broker = MemoryBroker::new();
    topic(&broker, "in", 1).await;
    topic(&broker, to, 1).await;
    let running = run_one(&broker, (), spec).await;
    let mut headers = Headers::new();
    headers.push(TRACEPARENT, "00-1-2-01");
    headers.push("other", "x");
    write(&broker, "in", Some(b"k"), Some(br#"{"id":1}"#), &headers);
    end_when_handled(&broker, running).await;
    assert_eq!(broker.records("in.dlq"), vec![]);
    read(&broker, to).await
}

async fn end_when_handled(broker: &MemoryBroker, running: messaging::Running) {
    for _ in 0..1000 {
        if committed(broker, "g", "in").await == 1 {
            break;
        }
        pass(Duration::from_millis(100)).await;
    }
    end(running).await;
    assert_eq!(committed(broker, "g", "in").await, 1, "the record is done");
}

/// A key and a value.
type Plain<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);

fn plain(records: &[messaging::record::Record]) -> Vec<Plain<'_>> {
    records
        .iter()
        .map(|record| (record.key(), record.value()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_payload_has_its_inputs_key_and_trace_and_nothing_else() {
    async fn double(order: Order) -> Order {
        Order { id: order.id * 2 }
    }
    let out = outputs_of(WorkerSpec::of("double", "in", double).output_topic("out"), "out").await;
    assert_eq!(plain(&out), [(Some(&b"k"[..]), Some(&br#"{"id":2}"#[..]))]);
    assert_eq!(
        headers_of(&out[0]),
        [(TRACEPARENT.to_owned(), Some(b"00-1-2-01".to_vec()))]
    );
}

#[tokio::test(start_paused = true)]
async fn none_publishes_nothing_and_some_one() {
    async fn none(_: Order) -> Option<Order> {
        None
    }
    async fn some(order: Order) -> Result<Option<Order>, std::io::Error> {
        Ok(Some(order))
    }
    let out = outputs_of(WorkerSpec::of("none", "in", none).output_topic("out"), "out").await;
    assert_eq!(plain(&out), []);
    let out = outputs_of(WorkerSpec::of("some", "in", some).output_topic("out"), "out").await;
    assert_eq!(plain(&out), [(Some(&b"k"[..]), Some(&br#"{"id":1}"#[..]))]);
}

#[tokio::test(start_paused = true)]
async fn a_vec_is_published_in_its_order() {
    async fn three(order: Order) -> Vec<Order> {
        (order.id..order.id + 3).map(|id| Order { id }).collect()
    }
    async fn no_one(_: Order) -> Vec<Order> {
        Vec::new()
    }
    let out = outputs_of(WorkerSpec::of("three", "in", three).output_topic("out"), "out").await;
    let values: Vec<_> = out.iter().map(|record| record.value().unwrap()).collect();
    assert_eq!(values, [br#"{"id":1}"#, br#"{"id":2}"#, br#"{"id":3}"#]);
    let out = outputs_of(WorkerSpec::of("no_one", "in", no_one).output_topic("out"), "out").await;
    assert_eq!(plain(&out), []);
}

#[tokio::test(start_paused = true)]
async fn a_message_brings_its_own_key_headers_and_topic() {
    async fn elsewhere(order: Order) -> Message<Order> {
        Message::new(order)
            .key("own")
            .header("a", "1")
            .header("a", "2")
            .topic("elsewhere")
    }
    let spec = WorkerSpec::of("elsewhere", "in", elsewhere);
    let out = outputs_of(spec.clone(), "elsewhere").await;
    assert_eq!(plain(&out), [(Some(&b"own"[..]), Some(&br#"{"id":1}"#[..]))]);
    let header = |name: &str, value: &[u8]| (name.to_owned(), Some(value.to_vec()));
    assert_eq!(
        headers_of(&out[0]),
        [
            header("a", b"1"),
            header("a", b"2"),
            header(TRACEPARENT, b"00-1-2-01")
        ]
    );
    let out = outputs_of(spec.output_topic("out"), "out").await;
    assert_eq!(plain(&out), [], "its own topic wins");
}

#[tokio::test(start_paused = true)]
async fn a_message_without_a_key_has_none_and_keeps_its_own_trace() {
    async fn keyless(order: Order) -> Message<Order> {
        Message::new(order).header(TRACEPARENT, "own")
    }
    let out = outputs_of(
        WorkerSpec::of("keyless", "in", keyless).output_topic("out"),
        "out",
    )
    .await;
    assert_eq!(plain(&out), [(None, Some(&br#"{"id":1}"#[..]))]);
    assert_eq!(
        headers_of(&out[0]),
        [(TRACEPARENT.to_owned(), Some(b"own".to_vec()))]
    );
}

#[tokio::test(start_paused = true)]
async fn a_tombstone_has_a_key_and_no_value() {
    async fn delete(order: Order) -> Vec<Message<Order>> {
        vec![
            Message::tombstone(format!("order-{}", order.id)),
            Message::new(order),
        ]
    }
    let out = outputs_of(WorkerSpec::of("delete", "in", delete).output_topic("out"), "out").await;
    assert_eq!(
        plain(&out),
        [(Some(&b"order-1"[..]), None), (None, Some(&br#"{"id":1}"#[..]))]
    );
}

#[derive(Debug, Serialize, Deserialize, Payload)]
struct Invoice {
    number: String,
}

#[named(name = "invoices", schema = Invoice, key = number)]
struct Invoices;

#[tokio::test(start_paused = true)]
async fn a_typed_topic_makes_the_key_unless_the_message_brings_one() {
    async fn invoice(order: Order) -> Vec<Message<Invoice>> {
        let invoice = || Invoice {
            number: format!("I-{}", order.id),
        };
        vec![Message::new(invoice()), Message::new(invoice()).key("own")]
    }
    async fn plainly(order: Order) -> Invoice {
        Invoice {
            number: format!("I-{}", order.id),
        }
    }
    let keys =
        |out: &[messaging::record::Record]| out.iter().map(|r| r.key().unwrap().to_vec()).collect::<Vec<_>>();
    let out = outputs_of(
        WorkerSpec::of("invoice", "in", invoice).output_topic(Invoices),
        "invoices",
    )
    .await;
    assert_eq!(keys(&out), [&b"I-1"[..], b"own"]);
    let out = outputs_of(
        WorkerSpec::of("plainly", "in", plainly).output_topic(Invoices),
        "invoices",
    )
    .await;
    assert_eq!(keys(&out), [b"I-1"]);
}

#[tokio::test(start_paused = true)]
async fn the_topic_prefix_stands_before_every_topic() {
    async fn both(order: Order) -> Vec<Message<Order>> {
        vec![
            Message::new(order.clone()),
            Message::new(order).topic("elsewhere"),
        ]
    }
    let broker = MemoryBroker::new();
    let app = app_on(&broker).configure([("topic_prefix", "dev.")]);
    let running = started(
        app.worker(
            WorkerSpec::of("both", "in", both)
                .output_topic("out")
                .group_id("g"),
        ),
    )
    .await;
    send(&running, "in", [1]).await;
    write(&broker, "dev.in", None, Some(b"no json"), &Headers::new());
    until("the output is there", || orders(&broker, "dev.out") == [1]).await;
    until("the message with its own topic too", || {
        orders(&broker, "dev.elsewhere") == [1]
    })
    .await;
    until("and the dead letter", || broker.records("dev.in.dlq").len() == 1).await;
    end(running).await;
}

async fn refused(spec: WorkerSpec, error: &str) {
    let broker = MemoryBroker::new();
    let running = run_one(&broker, (), spec.max_retries(5)).await;
    send(&running, "in", [1]).await;
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    let letter = only(&broker, "in.dlq").await;
    assert_eq!(
        (header(&letter, dlq::REASON), header(&letter, dlq::ATTEMPTS)),
        ("output".into(), "1".into())
    );
    let told = header(&letter, dlq::ERROR);
    assert!(told.contains(error), "{told}");
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 1);
    assert_eq!(broker.records("out"), vec![]);
}

#[tokio::test(start_paused = true)]
async fn a_message_without_a_topic_is_refused() {
    async fn double(order: Order) -> Message<Order> {
        Message::new(order)
    }
    refused(
        WorkerSpec::of("double", "in", double),
        "a message without a topic",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_output_for_a_topic_that_cannot_exist_is_refused() {
    async fn elsewhere(order: Order) -> Message<Order> {
        Message::new(order).topic("no good")
    }
    let spec = WorkerSpec::of("elsewhere", "in", elsewhere);
    refused(spec, "a topic name \"no good\" has ' '").await;
}

#[tokio::test(start_paused = true)]
async fn an_output_that_cannot_be_encoded_is_refused_with_all_others_of_its_record() {
    type Pairs = BTreeMap<(u32, u32), u32>;
    async fn pairs(order: Order) -> Vec<Json<Pairs>> {
        vec![Json(Pairs::new()), Json(Pairs::from([((order.id, 2), 3)]))]
    }
    refused(
        WorkerSpec::of("pairs", "in", pairs).output_topic("out"),
        "key must be a string",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_offset_waits_for_an_output_whose_topic_is_not_there_yet() {
    async fn double(order: Order) -> Order {
        order
    }
    let broker = MemoryBroker::new().auto_create(false);
    topic(&broker, "in", 1).await;
    let running = run_one(
        &broker,
        (),
        WorkerSpec::of("double", "in", double).output_topic("out"),
    )
    .await;
    send(&running, "in", [1]).await;
    pass(Duration::from_secs(60)).await;
    assert_eq!(committed(&broker, "g", "in").await, 0);
    assert_eq!(broker.records("in.dlq"), vec![]);
    broker
        .admin()
        .unwrap()
        .create_topics(&[messaging::NewTopic::named("out")])
        .await
        .unwrap();
    until("it is written after all", || orders(&broker, "out") == [1]).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 1);
}
