//! Every setting does what it says: those that librdkafka is told are in the table of its adapter, the others in
//! `effects`. A new key fails until it has its place.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::*;
use crate::broker::memory::MemoryBroker;
use crate::broker::{Admin, BrokerError, Capabilities, FailureHook, Publisher, Subscribe, Subscription};

mod effects;

fn settings(values: &[(&str, &str)]) -> Settings {
    Settings::load(&Sources::default().code(values.iter().copied())).expect("good settings")
}

async fn handle(_: String) {}

fn resolved(values: &[(&str, &str)]) -> Resolved {
    let values = [&[("service", "shop")], values].concat();
    Resolved::new(WorkerSpec::of("w", "in", handle).subject(), &settings(&values))
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
                format!("{key} is {value} (App::configure), which is not written yet; set {key} to ");
            assert!(error.is_check() && told.contains(&expected), "{told}");
        }
    }
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
