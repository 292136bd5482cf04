//! Consumers by hand: with a handler, with the handlers of events, and as a stream with explicit acknowledgement.

use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::settings::{Settings, Sources};
use messaging::{Consumer, Deliveries, HandlerError, Producer, Received, State, create_consumer};

use crate::support::*;

fn settings() -> Settings {
    Settings::load(&Sources::default().code([("message_broker", "memory")])).unwrap()
}

async fn consumer(broker: &MemoryBroker, topics: &[&'static str]) -> Consumer {
    let connected = Consumer::connect(&settings(), "g", topics.iter().copied()).await;
    connected.unwrap().broker(broker.clone())
}

async fn stream(broker: &MemoryBroker) -> Deliveries {
    consumer(broker, &["in"]).await.stream().await.unwrap()
}

/// Writes orders with one key, so that they are in one partition.
fn fill(broker: &MemoryBroker, topic: &str, ids: impl IntoIterator<Item = u32>) {
    for id in ids {
        let value = serde_json::to_vec(&Order { id }).unwrap();
        write(broker, topic, Some(b"k"), Some(&value), &Default::default());
    }
}

async fn take(deliveries: &mut Deliveries, count: usize) -> Vec<Received> {
    let mut taken = Vec::new();
    for _ in 0..count {
        taken.push(deliveries.next().await.unwrap());
    }
    taken
}

fn id(received: &Received) -> u32 {
    received.payload::<Order>().unwrap().id
}

async fn until_committed(broker: &MemoryBroker, offset: i64) {
    for _ in 0..100_000 {
        if committed(broker, "g", "in").await == offset {
            return;
        }
        pass(Duration::from_millis(10)).await;
    }
    panic!("{offset} was never committed");
}

#[tokio::test(start_paused = true)]
async fn a_handler_gets_the_records_of_all_topics() {
    async fn note(order: Order, State(seen): State<Seen<u32>>) {
        seen.note(order.id);
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    fill(&broker, "in", [1, 2]);
    fill(&broker, "other", [3]);
    let consumer = consumer(&broker, &["in", "other"]).await;
    let running = consumer.handler(note).state(seen.clone()).start().await.unwrap();
    until("all are seen", || seen.len() == 3).await;
    let mut all = seen.all();
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3]);
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 2);
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_returns_goes_to_the_output_topic() {
    async fn double(order: Order) -> Order {
        Order { id: order.id * 2 }
    }
    let broker = MemoryBroker::new();
    fill(&broker, "in", [1, 2]);
    let consumer = consumer(&broker, &["in"]).await;
    let running = consumer.handler(double).output_topic("out").start().await;
    until("both are written", || broker.records("out").len() == 2).await;
    end(running.unwrap()).await;
    assert_eq!(orders(&broker, "out"), [2, 4]);
}

#[tokio::test]
async fn an_output_topic_without_a_handler_is_refused() {
    let with_output = async || {
        let consumer = consumer(&MemoryBroker::new(), &["in"]).await;
        consumer.output_topic("out")
    };
    let refused = [
        with_output().await.start().await.map(drop),
        with_output().await.stream().await.map(drop),
    ];
    for result in refused {
        let error = result.unwrap_err().report();
        assert!(error.contains("remove `.output_topic(…)`"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_is_acknowledged_with_all_before_it_is_committed() {
    let broker = MemoryBroker::new();
    fill(&broker, "in", 1..=3);
    let mut deliveries = stream(&broker).await;
    let mut taken = take(&mut deliveries, 3).await;
    assert_eq!(taken.iter().map(id).collect::<Vec<_>>(), [1, 2, 3]);
    taken.remove(2).ack();
    taken.remove(0).ack();
    until_committed(&broker, 1).await;
    taken.remove(0).ack();
    until_committed(&broker, 3).await;
    deliveries.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_not_acknowledged_comes_again_and_is_a_dead_letter_in_the_end() {
    let broker = MemoryBroker::new();
    fill(&broker, "in", [7]);
    let consumer = consumer(&broker, &["in"]).await.max_retries(2);
    let mut deliveries = consumer.stream().await.unwrap();
    let first = deliveries.next().await.unwrap();
    assert_eq!(first.attempt(), 1);
    first.nack("not today");
    let second = deliveries.next().await.unwrap();
    assert_eq!(second.attempt(), 2);
    drop(second);
    deliveries.next().await.unwrap().nack("never");
    until("it is a dead letter", || orders(&broker, "in.dlq") == [7]).await;
    let dead = only(&broker, "in.dlq").await;
    assert_eq!(header(&dead, messaging::headers::dlq::ATTEMPTS), "3");
    assert_eq!(header(&dead, messaging::headers::dlq::ERROR), "never");
    deliveries.close().await.unwrap();
    assert_eq!(committed(&broker, "g", "in").await, 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_a_rejection_or_an_error_that_says_what_is_to_happen() {
    let broker = MemoryBroker::new();
    fill(&broker, "in", [1, 2]);
    let mut deliveries = stream(&broker).await;
    deliveries.next().await.unwrap().reject("nobody can read this");
    deliveries
        .next()
        .await
        .unwrap()
        .nack(HandlerError::skip("of no interest"));
    until_committed(&broker, 2).await;
    let dead = only(&broker, "in.dlq").await;
    assert_eq!(header(&dead, messaging::headers::dlq::REASON), "rejected");
    deliveries.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn as_many_are_out_at_a_time_as_concurrency_says() {
    let broker = MemoryBroker::new();
    fill(&broker, "in", 1..=5);
    let consumer = consumer(&broker, &["in"]).await.concurrency(2);
    let mut deliveries = consumer.stream().await.unwrap();
    let mut taken = take(&mut deliveries, 2).await;
    let third = tokio::time::timeout(Duration::from_secs(5), deliveries.next()).await;
    assert!(third.is_err(), "a third is out: {third:?}");
    taken.remove(0).ack();
    let third = deliveries.next().await.unwrap();
    assert_eq!(id(&third), 3);
    third.ack();
    taken.remove(0).ack();
    deliveries.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_out_and_not_acknowledged_is_read_again() {
    let broker = MemoryBroker::new();
    fill(&broker, "in", [1, 2]);
    let mut deliveries = stream(&broker).await;
    let mut taken = take(&mut deliveries, 2).await;
    taken.remove(0).ack();
    let error = deliveries.close().await.unwrap_err();
    assert!(error.is_unfinished(), "{error}");
    drop(taken);

    let mut deliveries = stream(&broker).await;
    let again = deliveries.next().await.unwrap();
    assert_eq!(id(&again), 2);
    again.ack();
    deliveries.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_closed_in_the_middle_loses_nothing() {
    let broker = MemoryBroker::new();
    fill(&broker, "in", 1..=50);
    let mut deliveries = stream(&broker).await;
    for received in take(&mut deliveries, 10).await {
        received.ack();
    }
    deliveries.close().await.unwrap();
    assert!(orders(&broker, "in.dlq").is_empty());
    let done = committed(&broker, "g", "in").await;
    assert_eq!(done, 10);
}

#[tokio::test(start_paused = true)]
async fn two_consumers_with_two_settings_read_what_theirs_say() {
    let mut read = Vec::new();
    for (prefix, number) in [("by-hand-one.", 1), ("by-hand-other.", 2)] {
        let sources = Sources::default().code([("message_broker", "memory"), ("topic_prefix", prefix)]);
        let settings = Settings::load(&sources).unwrap();
        let producer = Producer::connect(&settings).await.unwrap();
        producer.send("in", &Order { id: number }).await.unwrap();
        let consumer = Consumer::connect(&settings, "g", ["in"]).await.unwrap();
        read.push((prefix, number, consumer.stream().await.unwrap()));
    }
    for (prefix, number, mut deliveries) in read {
        let received = deliveries.next().await.unwrap();
        assert_eq!(id(&received), number);
        assert_eq!(received.topic(), format!("{prefix}in"));
        received.ack();
        deliveries.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_group_without_handlers_is_named() {
    let consumer = Consumer::connect(&settings(), "nobody", ["in"]).await.unwrap();
    let error = consumer.start().await.unwrap_err().report();
    assert!(
        error.contains("no event handlers are registered for the group \"nobody\""),
        "{error}"
    );
    assert!(error.contains(".handler(…)"), "{error}");
}

#[test]
fn a_consumer_says_where_it_was_made() {
    // The process's own settings are right, or no test would run.
    let consumer = create_consumer("g", ["in"]).unwrap();
    assert!(format!("{consumer:?}").contains("by_hand.rs"), "{consumer:?}");
}

#[tokio::test]
async fn a_consumer_that_is_switched_off_says_so() {
    let sources = Sources::default().code([("message_broker", "kafka"), ("kafka_enabled", "false")]);
    let settings = Settings::load(&sources).unwrap();
    let error = Consumer::connect(&settings, "g", ["in"]).await.unwrap_err();
    assert!(error.is_disabled(), "{error}");
}
