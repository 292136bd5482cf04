//! What outlives a thread, and what outlives a client.

use std::sync::atomic::{AtomicBool, Ordering};

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use tokio::sync::oneshot;

use super::*;
use crate::broker;
use crate::message::Headers;

pub(super) const SOON: Duration = Duration::from_secs(30);

pub(super) type Answer = oneshot::Receiver<broker::Answer>;

/// A broker inside librdkafka with the topic "t".
pub(super) fn cluster() -> (MockCluster<'static, DefaultProducerContext>, KafkaConfig) {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("t", 1, 1).unwrap();
    let config = KafkaConfig {
        bootstrap_servers: vec![mock.bootstrap_servers()],
        ..KafkaConfig::default()
    };
    (mock, config)
}

pub(super) fn message<'a>(value: &'a [u8], headers: &'a Headers) -> Outbound<'a> {
    Outbound {
        topic: "t",
        key: Some(b"k"),
        value: Some(value),
        headers,
    }
}

fn enqueue(publisher: &KafkaPublisher, value: &[u8], waiter: Option<Waiter>) -> Result<(), NotQueued> {
    publisher.enqueue(message(value, &Headers::new()), &mut { waiter })
}

/// A hook that panics, once.
fn panics() -> FailureHook {
    let panicked = AtomicBool::new(false);
    Arc::new(move |_, _| assert!(panicked.swap(true, Ordering::AcqRel), "panics as it should"))
}

async fn is_closed(publisher: &KafkaPublisher, answer: Answer) {
    let answer = timeout(SOON, answer)
        .await
        .expect("waited for an answer")
        .unwrap();
    assert!(matches!(answer, Err(BrokerError::Closed)), "{answer:?}");
    let late = enqueue(publisher, b"late", Some(Waiter::channel().0));
    assert!(
        matches!(late, Err(NotQueued::Refused(BrokerError::Closed))),
        "{late:?}"
    );
    let flushed = timeout(SOON, publisher.flush(2 * SOON)).await;
    assert!(flushed.expect("nothing is waited for") > 0);
}

#[tokio::test]
async fn a_panic_of_the_thread_of_receipts_answers_all_and_refuses_more() {
    let (mock, mut config) = cluster();
    mock.broker_down(1).unwrap();
    config.delivery_timeout = Duration::from_millis(1_500);
    config.request_timeout = Duration::from_millis(1_000);
    let publisher = KafkaPublisher::connect(&config, panics()).unwrap();
    let (waiter, answer) = Waiter::channel();
    enqueue(&publisher, b"fails with nobody waiting", None).unwrap();
    enqueue(&publisher, b"waits", Some(waiter)).unwrap();
    // Failures of one topic may come together, and are gone together.
    let headers = Headers::new();
    let left = Outbound {
        topic: "u",
        ..message(b"is left", &headers)
    };
    publisher.enqueue(left, &mut None).unwrap();
    is_closed(&publisher, answer).await;
}

#[tokio::test]
async fn an_end_lets_go_of_the_client_and_fails_what_lingers() {
    let (_mock, mut config) = cluster();
    config.linger = Duration::from_secs(800);
    config.delivery_timeout = Duration::from_secs(900);
    for lingers in [false, true] {
        let publisher = KafkaPublisher::connect(&config, Arc::new(|_, _| {})).unwrap();
        let (waiter, answer) = Waiter::channel();
        if lingers {
            enqueue(&publisher, b"waits", Some(waiter)).unwrap();
        }
        let client = Arc::downgrade(&publisher.client);
        drop(publisher);
        if lingers {
            let answer = timeout(SOON, answer)
                .await
                .expect("waited for an answer")
                .unwrap();
            assert!(matches!(answer, Err(BrokerError::Closed)), "{answer:?}");
        }
        // Its threads hold it until they end.
        let gone = async {
            while client.strong_count() > 0 {
                sleep(LOOK).await;
            }
        };
        timeout(SOON, gone).await.expect("waited for the client's end");
    }
}
