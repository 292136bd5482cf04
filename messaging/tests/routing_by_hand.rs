//! A consumer by hand routes to what is registered for its group, and has the keys of that.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::prelude::*;
use messaging::settings::{Settings, Sources};
use messaging::{Consumer, Running};

type Tries = Arc<Mutex<Vec<u32>>>;

#[consumer("shop", topics = ["orders"], max_retries = 1, retry_delay = "10ms", dlq_topic = "given-up")]
struct Shop;

#[on_event("order.created", consumer = Shop)]
async fn refuse(_: String, attempt: Attempt, State(tries): State<Tries>) -> Result<(), BoxError> {
    tries.lock().unwrap().push(attempt.0);
    Err("never".into())
}

#[consumer("twins", topics = ["a"], max_retries = 5, timeout = "1m")]
struct One;

#[on_event("one", consumer = One)]
async fn one(_: String) {}

#[consumer("twins", topics = ["b"], max_retries = 6)]
struct Other;

#[on_event("other", consumer = Other)]
async fn other(_: String) {}

/// Its group is for the settings to say.
#[consumer(topics = ["parcels"])]
struct Parcels;

#[on_event("parcel.sent", consumer = Parcels)]
async fn sent(_: String, State(tries): State<Tries>) {
    tries.lock().unwrap().push(0);
}

async fn by_hand(broker: &MemoryBroker, sources: Sources, group: &str, tries: &Tries) -> Consumer {
    let settings = Settings::load(&sources.code([("message_broker", "memory")])).unwrap();
    let topics = ["orders", "parcels"];
    let connected = Consumer::connect(&settings, group, topics).await.unwrap();
    connected.broker(broker.clone()).state(tries.clone())
}

async fn send(running: &Running, topic: &'static str, event: &str) {
    let text = format!(r#"{{"event_type":"{event}"}}"#);
    running.producer().send(topic, &text).await.unwrap();
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what}, in vain");
}

async fn tries_of(consumer: Consumer, broker: &MemoryBroker, tries: &Tries, dead_letters: &str) -> Vec<u32> {
    let running = consumer.start().await.unwrap();
    send(&running, "orders", "order.created").await;
    until("it is given up", || broker.records(dead_letters).len() == 1).await;
    running.stop();
    running.join().await.unwrap();
    std::mem::take(&mut *tries.lock().unwrap())
}

#[tokio::test(start_paused = true)]
async fn the_keys_of_the_registered_consumer_count_unless_something_stands_above_them() {
    let (tries, of_registry) = (Tries::default(), Sources::default);
    let broker = MemoryBroker::new();
    let consumer = by_hand(&broker, of_registry(), "shop", &tries).await;
    assert_eq!(tries_of(consumer, &broker, &tries, "given-up").await, [1, 2]);

    let broker = MemoryBroker::new();
    let consumer = by_hand(&broker, of_registry(), "shop", &tries).await;
    let consumer = consumer.max_retries(2).dlq_topic("elsewhere");
    assert_eq!(tries_of(consumer, &broker, &tries, "elsewhere").await, [1, 2, 3]);

    let broker = MemoryBroker::new();
    let operators = of_registry().environment([("WORKER__SHOP__MAX_RETRIES", "0")]);
    let consumer = by_hand(&broker, operators, "shop", &tries).await.max_retries(2);
    assert_eq!(tries_of(consumer, &broker, &tries, "given-up").await, [1]);
}

#[tokio::test]
async fn consumers_of_one_group_that_differ_are_told_with_both_places() {
    let (broker, tries) = (MemoryBroker::new(), Tries::default());
    let twins = async || by_hand(&broker, Sources::default(), "twins", &tries).await;
    let told = twins().await.start().await.unwrap_err();
    assert!(told.is_check(), "{told}");
    let told = told.report();
    assert!(
        told.contains(
            "both \"one\" and \"other\" of the group \"twins\", which differ in `max_retries`, `timeout`;"
        ),
        "{told}"
    );
    assert_eq!(told.matches("routing_by_hand.rs:").count(), 2, "{told}");

    let one_says = twins().await.max_retries(3).timeout(Duration::from_secs(5));
    let running = one_says.start().await.unwrap();
    running.stop();
    running.join().await.unwrap();
}

#[tokio::test]
async fn a_group_is_found_by_the_name_that_the_settings_give_it() {
    for (key, value, group) in [
        ("kafka_group_id", "all", "all"),
        ("service", "post", "post.parcels"),
    ] {
        let (broker, tries) = (MemoryBroker::new(), Tries::default());
        let sources = Sources::default().code([(key, value)]);
        let running = by_hand(&broker, sources, group, &tries)
            .await
            .start()
            .await
            .unwrap();
        send(&running, "parcels", "parcel.sent").await;
        until("it is handled", || tries.lock().unwrap().len() == 1).await;
        running.stop();
        running.join().await.unwrap();
    }
    let operators = Sources::default().environment([("WORKER__SHOP__GROUP_ID", "stall")]);
    let (broker, tries) = (MemoryBroker::new(), Tries::default());
    let running = by_hand(&broker, operators, "stall", &tries)
        .await
        .start()
        .await
        .unwrap();
    running.stop();
    running.join().await.unwrap();
}

#[tokio::test]
async fn an_unknown_group_is_told_with_the_nearest_and_each_known_one_once() {
    let sources = Sources::default().code([("service", "post")]);
    let (broker, tries) = (MemoryBroker::new(), Tries::default());
    let consumer = by_hand(&broker, sources, "twin", &tries).await;
    let told = consumer.start().await.unwrap_err().report();
    assert!(told.contains("(known: post.parcels, shop, twins)"), "{told}");
    assert!(told.ends_with("; did you mean twins?"), "{told}");
}
