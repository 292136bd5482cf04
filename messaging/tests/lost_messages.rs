//! Messages that failed with nobody waiting are told at the end, unless somebody was told before.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use messaging::broker::memory::MemoryBroker;
use messaging::broker::{
    Admin, Broker, BrokerError, Capabilities, FailureHook, NotQueued, Outbound, Publisher, Subscribe,
    Subscription, Waiter,
};
use messaging::settings::{Settings, Sources};
use messaging::{App, Producer, shutdown, stop_all_producers};
use tokio::sync::Mutex;

/// What ends all producers of the process has it for itself.
static PROCESS: Mutex<()> = Mutex::const_new(());

/// A broker that takes every message, and then does not write it.
struct Losing(MemoryBroker);

impl Broker for Losing {
    fn name(&self) -> &'static str {
        "losing"
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), BrokerError>> {
        self.0.probe()
    }

    fn publisher(&self, hook: FailureHook) -> Result<Arc<dyn Publisher>, BrokerError> {
        Ok(Arc::new(Hole(hook)))
    }

    fn subscribe(&self, request: &Subscribe) -> Result<Box<dyn Subscription>, BrokerError> {
        self.0.subscribe(request)
    }

    fn admin(&self) -> Result<Arc<dyn Admin>, BrokerError> {
        self.0.admin()
    }
}

struct Hole(FailureHook);

impl Publisher for Hole {
    fn enqueue(&self, message: Outbound<'_>, _: &mut Option<Waiter>) -> Result<(), NotQueued> {
        (self.0)(message.topic, &BrokerError::Closed);
        Ok(())
    }

    fn hurry(&self) {}

    fn room(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn flush(&self, _: Duration) -> BoxFuture<'_, usize> {
        Box::pin(async { 0 })
    }

    fn queued(&self) -> usize {
        0
    }
}

fn losing() -> Losing {
    Losing(MemoryBroker::new())
}

async fn connect() -> Producer {
    let settings = Settings::load(&Sources::default().code([("message_broker", "memory")])).unwrap();
    Producer::connect_to(losing(), &settings).await.unwrap()
}

async fn lose(producer: &Producer, count: usize) {
    for _ in 0..count {
        let text = "text".to_owned();
        producer.send_fire_and_forget("lost", &text).await.unwrap();
    }
}

#[track_caller]
fn told(result: messaging::Result<()>, count: usize) {
    let error = result.unwrap_err();
    assert!(error.is_unsent(), "{error}");
    let start = format!("{count} messages that nobody waited for were not written");
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[tokio::test]
async fn the_close_of_a_producer_tells_once_how_many_were_lost() {
    let _process = PROCESS.lock().await;
    let producer = connect().await;
    lose(&producer, 2).await;
    told(producer.close().await, 2);
    producer.close().await.expect("it has told of them");
    assert_eq!(producer.failed(), 2);
}

#[tokio::test]
async fn all_producers_and_the_whole_process_tell_it_too() {
    let _process = PROCESS.lock().await;
    let producer = connect().await;
    lose(&producer, 3).await;
    told(stop_all_producers().await, 3);

    let app = App::empty()
        .broker(losing())
        .configure([("message_broker", "memory")]);
    let running = app.start().await.unwrap();
    lose(&running.producer(), 1).await;
    stop_all_producers()
        .await
        .expect("those of an App that runs are for its end");
    told(shutdown().await, 1);
    running.join().await.unwrap();
}

#[tokio::test]
async fn what_a_callback_was_told_is_no_error() {
    let _process = PROCESS.lock().await;
    let lost = Arc::new(AtomicUsize::new(0));
    let counted = lost.clone();
    let producer = connect().await.on_failure(move |topic, _| {
        assert_eq!(topic, "lost");
        counted.fetch_add(1, Ordering::Relaxed);
    });
    lose(&producer.clone(), 2).await;
    assert_eq!(lost.load(Ordering::Relaxed), 2);
    producer.close().await.unwrap();
    assert_eq!(producer.failed(), 2);
}
