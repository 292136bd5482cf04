//! Absent topics and who publishes to them: the broker makes them where it may, else the error says how to.

use std::time::Duration;

use messaging::{Error, Message};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::wait::eventually;
use tokio::runtime::Runtime;

use crate::producers::{connect, keyed};
use crate::support::{Raw, Record, SOON, Service, Tail, now};

/// What a user waits at the most for the error of a topic that is not there.
const TOLD: Duration = Duration::from_secs(10);

/// A Kafka that makes topics which somebody wants to write to.
fn obliging() -> KafkaServer {
    KafkaServer::builder()
        .property("auto.create.topics.enable", "true")
        .property("num.partitions", "2")
        .start()
        .unwrap()
}

fn texts(raw: &Raw, topic: &str) -> Vec<String> {
    let mut tail = Tail::of(raw, topic).unwrap();
    let records = tail.read().unwrap();
    records.iter().map(|record| record.text().to_owned()).collect()
}

#[test]
fn a_send_makes_its_topic_where_the_broker_allows_it() {
    let kafka = obliging();
    let raw = Raw::new(&kafka.bootstrap());
    let runtime = Runtime::new().unwrap();
    let producer = connect(&runtime, &kafka.bootstrap(), "made");

    let receipt = runtime
        .block_on(producer.send("one", &"first".to_owned()).into_future())
        .unwrap();
    assert_eq!((receipt.topic.as_str(), receipt.offset), ("made.one", Some(0)));
    let receipts = runtime
        .block_on(producer.send_batch("many", keyed(0..100)))
        .unwrap();
    assert_eq!(receipts.len(), 100);
    let queued = producer.send_batch_fire_and_forget("queued", keyed(0..100));
    assert_eq!(runtime.block_on(queued).unwrap(), 100);
    runtime.block_on(producer.close()).unwrap();

    assert_eq!(texts(&raw, "made.one"), ["first"]);
    for topic in ["made.many", "made.queued"] {
        assert_eq!(raw.ends(topic).unwrap().len(), 2, "made as the broker makes them");
        assert_eq!(texts(&raw, topic).len(), 100, "{topic}");
    }
}

#[test]
fn outputs_and_dead_letters_make_their_topics_and_subscribers_make_none() {
    let kafka = obliging();
    let service = Service::new(&kafka.bootstrap(), "made").set("KAFKA_DLQ_AUTO_CREATE", false);
    service.create_topics(&[("rejects", 1)]).unwrap();
    let (raw, absent) = (service.raw(), service.topic("in"));
    let records = ["good", "bad"].map(|text| Record::new(Some("k"), text));
    raw.write(&service.topic("rejects"), &records).unwrap();

    let mut program = service.start(&["rejects", "transform"]).unwrap();
    let named = |line: &str| line.contains(&absent) && line.contains("does not exist");
    program.wait_for_line(named, SOON).unwrap();
    eventually(SOON, "the records to be done", || {
        service.all_committed("rejects", "rejects")
    })
    .unwrap();
    assert_eq!(texts(raw, &service.topic("out")), ["good"]);
    assert_eq!(texts(raw, &service.topic("rejects.dlq")), ["bad"]);
    let made = raw.ends(&absent).map_err(|error| error.to_string());
    assert_eq!(made, Err(format!("the topic {absent} is not there")));
}

/// How long it took to fail; it must name the topic and the command that makes it.
fn refused<T>(runtime: &Runtime, topic: &str, sent: impl Future<Output = Result<T, Error>>) -> Duration {
    let start = now();
    let error = runtime.block_on(sent).err().expect("the topic is not there");
    let took = start.elapsed();
    let why = match error.failed_messages() {
        [] => &error,
        [(0, first), ..] => first,
        others => panic!("the first has not failed: {others:?}"),
    };
    assert!(why.is_unknown_topic(), "{why:?}");
    let text =
        why.to_string() + &std::error::Error::source(why).map_or_else(String::new, ToString::to_string);
    assert!(
        text.contains("create it, for example with `kafka-topics.sh --bootstrap-server "),
        "{text}"
    );
    assert!(text.contains(&format!(" --create --topic {topic}`")), "{text}");
    took
}

#[test]
fn a_send_to_an_absent_topic_fails_soon_with_the_command_that_makes_it() {
    let bootstrap = KafkaServer::shared().unwrap();
    let runtime = Runtime::new().unwrap();
    let client = format!("unmade-{}", std::process::id());
    let producer = connect(&runtime, bootstrap, &client);
    let topic = |name: &str| format!("{client}.{name}");

    let one = producer.send("one", &"v".to_owned()).into_future();
    let first = refused(&runtime, &topic("one"), one);
    assert!(first < TOLD, "{first:?}");
    let many = refused(
        &runtime,
        &topic("many"),
        producer.send_batch("many", keyed(0..100)),
    );
    assert!(many < TOLD, "{many:?}");
    println!("told after {first:?}, and of a batch after {many:?}");

    Raw::new(bootstrap).create_topics(&[(topic("one"), 1)]).unwrap();
    eventually(TOLD, "the topic to be taken up", || {
        let message = producer.send_message("one", Message::new("v".to_owned()));
        runtime
            .block_on(message.into_future())
            .map_err(anyhow::Error::new)
    })
    .unwrap();
}
