//! Consumers by hand: two of one program read two clusters, and one routes to registered handlers, with their keys.

use messaging::prelude::*;
use messaging::settings::{Settings, Sources};
use messaging::{Consumer, publish};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::wait::eventually;
use tokio::runtime::Runtime;

use crate::support::{Raw, Record, SOON, Tail};

/// Keeps the runs on a Kafka that stays apart.
fn prefix(test: &str) -> String {
    format!("{test}-{}.", std::process::id())
}

fn settings(bootstrap: &str, client: &str, prefix: &str) -> Settings {
    let sources = Sources::default().code([
        ("message_broker", "kafka"),
        ("kafka_bootstrap_servers", bootstrap),
        ("kafka_client_id", client),
        ("topic_prefix", prefix),
    ]);
    Settings::load(&sources).unwrap()
}

/// A Kafka with the topic "in" that holds one record.
fn filled(bootstrap: &str, prefix: &str, text: &str) -> Raw {
    let raw = Raw::new(bootstrap);
    let topic = format!("{prefix}in");
    raw.create_topics(&[(topic.clone(), 1)]).unwrap();
    raw.write(&topic, &[Record::new(Some("k"), text)]).unwrap();
    raw
}

#[test]
fn two_consumers_with_two_settings_read_two_clusters() {
    let (prefix, runtime) = (prefix("two-by-hand"), Runtime::new().unwrap());
    let (shared, own) = (KafkaServer::shared().unwrap(), KafkaServer::start().unwrap());
    let own = own.bootstrap();
    let clusters = [(shared, "one"), (&*own, "two")];
    let group = format!("{prefix}readers");
    let read = |(bootstrap, client): (&str, &str)| {
        let raw = filled(bootstrap, &prefix, client);
        let settings = settings(bootstrap, client, &prefix);
        let connected = runtime.block_on(Consumer::connect(&settings, &*group, ["in"]));
        let stream = runtime.block_on(connected.unwrap().stream()).unwrap();
        (raw, stream)
    };
    // Both are connected before the first of them is read.
    let readers = clusters.map(read);
    for ((raw, mut stream), (_, client)) in readers.into_iter().zip(clusters) {
        let received = runtime.block_on(stream.next()).unwrap();
        assert_eq!(received.payload::<String>().unwrap(), client);
        assert_eq!(raw.client_ids(&group).unwrap(), [client]);
        received.ack();
        runtime.block_on(stream.close()).unwrap();
        raw.all_committed(&group, &format!("{prefix}in")).unwrap();
    }
}

#[consumer("routed-by-hand", topics = ["elsewhere"], max_retries = 1, retry_delay = "10ms", dlq_topic = "given-up")]
struct Routed;

#[on_event("order.paid", consumer = Routed)]
async fn thank(event: Event<String>) -> messaging::Result<()> {
    publish("thanks", &event.data).await.map(drop)
}

#[on_event("order.lost", consumer = Routed)]
async fn refuse(_: String, attempt: Attempt) -> Result<(), BoxError> {
    Err(format!("not at try {}", attempt.0).into())
}

#[test]
fn a_consumer_by_hand_routes_to_registered_handlers_with_their_keys() {
    const PAID: &str =
        r#"{"name":"order.paid","event_id":"e1","occurred_at":"2024-01-15T10:30:00Z","data":"ada"}"#;
    const LOST: &str = r#"{"event_type":"order.lost"}"#;
    let (prefix, runtime) = (prefix("routed"), Runtime::new().unwrap());
    let bootstrap = KafkaServer::shared().unwrap();
    let raw = filled(bootstrap, &prefix, PAID);
    let topic = |name: &str| format!("{prefix}{name}");
    raw.create_topics(&[(topic("thanks"), 1), (topic("given-up"), 1)])
        .unwrap();
    raw.write(&topic("in"), &[Record::new(Some("k"), LOST)]).unwrap();

    let settings = settings(bootstrap, "router", &prefix);
    let connected = runtime.block_on(Consumer::connect(&settings, "routed-by-hand", ["in"]));
    let running = runtime.block_on(connected.unwrap().start()).unwrap();
    let mut letters = Tail::of(&raw, &topic("given-up")).unwrap();
    eventually(SOON, "the dead letter", || {
        let letters = letters.read()?;
        anyhow::ensure!(letters.len() == 1, "{letters:?}");
        assert_eq!(letters[0].text(), LOST);
        assert_eq!(letters[0].header("messaging.dlq.attempts"), Some("2"));
        assert_eq!(letters[0].header("messaging.dlq.error"), Some("not at try 2"));
        Ok(())
    })
    .unwrap();
    running.stop();
    runtime.block_on(running.join()).unwrap();
    let mut thanks = Tail::of(&raw, &topic("thanks")).unwrap();
    let texts: Vec<&str> = thanks.read().unwrap().iter().map(Record::text).collect();
    assert_eq!(
        texts,
        ["ada"],
        "it went to the consumer's own broker, with its prefix"
    );
    raw.all_committed("routed-by-hand", &topic("in")).unwrap();
}
