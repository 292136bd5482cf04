//! Every setting does what it says: those that librdkafka is told are in the table of its adapter, the others here. A new key
//! fails until it has its place.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::*;
use crate::broker::NewTopic;
use crate::broker::kafka::REACHES;
use crate::broker::memory::MemoryBroker;
use crate::broker::{Admin, BrokerError, Capabilities, FailureHook, Publisher, Subscribe, Subscription};

fn settings(values: &[(&str, &str)]) -> Settings {
    Settings::load(&Sources::default().code(values.iter().copied())).expect("good settings")
}

async fn handle(_: String) {}

fn resolved(values: &[(&str, &str)]) -> Resolved {
    let values = [&[("service", "shop")], values].concat();
    Resolved::new(WorkerSpec::of("w", "in", handle).subject(), &settings(&values))
}

/// The keys that are proved elsewhere in this file or beside the code that reads them, each by the test named.
const HERE: &[(&str, &str)] = &[
    ("message_broker", "the_broker_is_the_one_that_was_chosen"),
    ("redis_url", "addresses_are_kept_as_they_were_given"),
    ("rabbitmq_url", "addresses_are_kept_as_they_were_given"),
    (
        "kafka_schema_registry_url",
        "addresses_are_kept_as_they_were_given",
    ),
    ("kafka_backend", "the_broker_is_the_one_that_was_chosen"),
    ("kafka_enabled", "the_broker_is_the_one_that_was_chosen"),
    ("service", "names_of_groups_and_topics"),
    ("topic_prefix", "names_of_groups_and_topics"),
    ("kafka_group_id", "names_of_groups_and_topics"),
    (
        "kafka_fire_and_forget",
        "a_send_waits_unless_that_is_switched_off",
    ),
    (
        "kafka_auto_offset_reset",
        "group::tests::what_is_set_for_groups_reaches_them",
    ),
    (
        "kafka_max_poll_records",
        "group::tests::what_is_set_for_groups_reaches_them",
    ),
    (
        "kafka_auto_commit_interval_ms",
        "group::tests::what_is_set_for_groups_reaches_them",
    ),
    (
        "kafka_enable_auto_commit",
        "group::tests::without_auto_commit_what_is_finished_does_not_wait",
    ),
    (
        "shutdown_timeout_ms",
        "group::tests::what_is_set_for_groups_reaches_them",
    ),
    (
        "kafka_connect_retries",
        "the_first_connection_is_tried_again_as_it_is_set",
    ),
    (
        "kafka_connect_initial_backoff_ms",
        "the_first_connection_is_tried_again_as_it_is_set",
    ),
    (
        "kafka_connect_backoff_multiplier",
        "the_first_connection_is_tried_again_as_it_is_set",
    ),
    (
        "kafka_connect_max_backoff_ms",
        "the_first_connection_is_tried_again_as_it_is_set",
    ),
    (
        "kafka_dlq_auto_create",
        "dead_letter_topics_are_made_unless_that_is_switched_off",
    ),
];

#[test]
fn every_setting_has_a_proof_that_it_reaches_who_reads_it() {
    let sources = [include_str!("settings_tests.rs"), include_str!("group.rs")].concat();
    for (key, test) in HERE {
        let name = test.rsplit("::").next().unwrap_or(test);
        assert!(
            sources.contains(&format!("fn {name}()")),
            "{key} names the test {test}, which is not there"
        );
    }
    for row in Settings::default().describe() {
        let proofs = HERE.iter().filter(|(key, _)| *key == row.key).count()
            + REACHES.iter().filter(|(key, ..)| *key == row.key).count();
        assert_eq!(proofs, 1, "{} needs one proof, here or in REACHES", row.key);
    }
}

#[test]
fn the_broker_is_the_one_that_was_chosen() {
    for word in ["kafka", "redis", "rabbitmq", "memory"] {
        let broker = connect::broker(&settings(&[("message_broker", word)])).unwrap();
        assert_eq!(broker.name(), word);
        let is_here = ["kafka", "memory"].contains(&word);
        let publisher = broker.publisher(Arc::new(|_, _| {}));
        assert_eq!(publisher.is_ok(), is_here, "{word}");
    }
    assert!(connect::broker(&settings(&[("kafka_enabled", "false")])).is_none());
    let native = connect::broker(&settings(&[("kafka_backend", "native")])).unwrap();
    let Err(refused) = native.admin() else {
        panic!("there is no native client")
    };
    assert!(
        refused
            .to_string()
            .starts_with("kafka_backend is native (App::configure), "),
        "{refused}"
    );
}

#[tokio::test]
async fn the_check_and_the_start_refuse_what_is_not_here_by_name() {
    for (key, value) in [
        ("message_broker", "redis"),
        ("message_broker", "rabbitmq"),
        ("kafka_backend", "native"),
    ] {
        let app = || {
            App::empty()
                .worker(WorkerSpec::of("w", "in", handle))
                .configure([(key, value)])
        };
        for error in [app().check().unwrap_err(), app().start().await.unwrap_err()] {
            let told = error.report();
            let expected =
                format!("{key} is {value} (App::configure), which this build does not have; set {key} to ");
            assert!(error.is_check() && told.contains(&expected), "{told}");
        }
    }
}

/// Who connects to these servers is not in this build; the address has to be whole all the same.
#[test]
fn addresses_are_kept_as_they_were_given() {
    let settings = settings(&[
        ("redis_url", "redis://u:p@cache/1"),
        ("rabbitmq_url", "amqp://u:p@rabbit/shop"),
        ("kafka_schema_registry_url", "https://u:p@registry/path"),
    ]);
    assert_eq!(settings.redis_url.expose(), "redis://u:p@cache/1");
    assert_eq!(settings.rabbitmq_url.expose(), "amqp://u:p@rabbit/shop");
    let registry = settings.kafka_schema_registry_url.as_ref().unwrap();
    assert_eq!(registry.expose(), "https://u:p@registry/path");
    assert!(!format!("{settings:?}").contains("u:p@"));
}

#[test]
fn names_of_groups_and_topics() {
    let worker = resolved(&[("topic_prefix", "dev.")]);
    assert_eq!(
        (
            worker.group.as_str(),
            worker.sources[0].topic.as_str(),
            worker.sources[0].dlq_topic.as_str()
        ),
        ("shop.w", "dev.in", "dev.in.dlq")
    );
    assert_eq!(resolved(&[("kafka_group_id", "all")]).group, "all");
}

fn on_memory(broker: &MemoryBroker, values: &[(&str, &str)]) -> App {
    let app = App::empty().worker(WorkerSpec::of("w", "in", handle).group_id("g"));
    app.broker(broker.clone()).configure(values.iter().copied())
}

#[tokio::test]
async fn a_send_waits_unless_that_is_switched_off() {
    for (value, waits) in [("false", true), ("true", false)] {
        let app = on_memory(&MemoryBroker::new(), &[("kafka_fire_and_forget", value)]);
        let running = app.start().await.unwrap();
        let receipt = running.producer().send("in", &"x".to_owned()).await.unwrap();
        assert_eq!(receipt.offset.is_some(), waits, "kafka_fire_and_forget = {value}");
        running.stop();
        running.join().await.unwrap();
    }
}

#[tokio::test]
async fn dead_letter_topics_are_made_unless_that_is_switched_off() {
    for (value, made) in [("true", true), ("false", false)] {
        let broker = MemoryBroker::new();
        let source = [NewTopic::named("in")];
        broker.admin().unwrap().create_topics(&source).await.unwrap();
        let running = on_memory(&broker, &[("kafka_dlq_auto_create", value)])
            .start()
            .await
            .unwrap();
        let found = broker.admin().unwrap().describe_topic("in.dlq").await.unwrap();
        assert_eq!(found.is_some(), made, "kafka_dlq_auto_create = {value}");
        running.stop();
        running.join().await.unwrap();
    }
}

/// Answers nobody.
struct Silent(AtomicU32);

fn silent() -> BrokerError {
    BrokerError::Unreachable {
        broker: "silent",
        address: "nowhere".to_owned(),
        why: "it is silent".to_owned(),
    }
}

impl Broker for Silent {
    fn name(&self) -> &'static str {
        "silent"
    }

    fn capabilities(&self) -> Capabilities {
        MemoryBroker::new().capabilities()
    }

    fn probe(&self) -> BoxFuture<'_, std::result::Result<(), BrokerError>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Err(silent()) })
    }

    fn publisher(&self, _: FailureHook) -> std::result::Result<Arc<dyn Publisher>, BrokerError> {
        Err(silent())
    }

    fn subscribe(&self, _: &Subscribe) -> std::result::Result<Box<dyn Subscription>, BrokerError> {
        Err(silent())
    }

    fn admin(&self) -> std::result::Result<Arc<dyn Admin>, BrokerError> {
        Err(silent())
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_connection_is_tried_again_as_it_is_set() {
    for (retries, initial, multiplier, longest, waited) in [
        ("0", "100", "3", "1000", 0),
        ("1", "100", "3", "1000", 100),
        ("3", "100", "3", "500", 100 + 300 + 500),
    ] {
        let settings = settings(&[
            ("kafka_connect_retries", retries),
            ("kafka_connect_initial_backoff_ms", initial),
            ("kafka_connect_backoff_multiplier", multiplier),
            ("kafka_connect_max_backoff_ms", longest),
        ]);
        let (broker, since) = (Silent(AtomicU32::new(0)), Instant::now());
        let error = connect::reach(&broker, &settings).await.unwrap_err();
        assert!(error.is_unreachable());
        assert_eq!(
            since.elapsed(),
            Duration::from_millis(waited),
            "{retries} retries"
        );
        assert_eq!((broker.0.into_inner() - 1).to_string(), retries);
    }
}
