//! What is said of messages that were queued and not acknowledged at the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use messaging::broker::memory::MemoryBroker;
use messaging::broker::{
    Admin, Broker, BrokerError, Capabilities, FailureHook, NotQueued, Outbound, Publisher, Subscribe,
    Subscription, Waiter,
};
use messaging::{App, Producer, Running};

use crate::support::*;

/// A broker that acknowledges no message.
struct Silent(MemoryBroker);

impl Broker for Silent {
    fn name(&self) -> &'static str {
        "silent"
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), BrokerError>> {
        self.0.probe()
    }

    fn publisher(&self, _: FailureHook) -> Result<Arc<dyn Publisher>, BrokerError> {
        Ok(Arc::new(Queue::default()))
    }

    fn subscribe(&self, request: &Subscribe) -> Result<Box<dyn Subscription>, BrokerError> {
        self.0.subscribe(request)
    }

    fn admin(&self) -> Result<Arc<dyn Admin>, BrokerError> {
        self.0.admin()
    }
}

#[derive(Default)]
struct Queue(AtomicUsize);

impl Publisher for Queue {
    fn enqueue(&self, _: Outbound<'_>, _: &mut Option<Waiter>) -> Result<(), NotQueued> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn hurry(&self) {}

    fn room(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn flush(&self, deadline: Duration) -> BoxFuture<'_, usize> {
        Box::pin(async move {
            tokio::time::sleep(deadline).await;
            self.queued()
        })
    }

    fn queued(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

async fn on_silent() -> Running {
    let app = App::empty().broker(Silent(MemoryBroker::new()));
    started(app.configure([("message_broker", "memory")])).await
}

async fn queue(producer: &Producer, count: usize) {
    for _ in 0..count {
        producer.send("out", &Order { id: 1 }).wait(false).await.unwrap();
    }
}

fn line(messages: usize) -> String {
    format!(
        "ERROR messages were queued and not acknowledged at the end; they may be lost messages={messages}"
    )
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_app_says_how_many_are_unsent_once() {
    let (log, running) = (Log::new(), on_silent().await);
    let producer = running.producer();
    queue(&producer, 3).await;
    end(running).await;
    assert_eq!(log.complaints(), [line(3)]);
    drop(producer);
    assert_eq!(log.complaints(), [line(3)]);
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_dropped_says_it_too_although_a_producer_lives_on() {
    let (log, running) = (Log::new(), on_silent().await);
    let producer = running.producer();
    queue(&producer, 3).await;
    drop(running);
    assert_eq!(log.complaints(), [line(3)]);
    queue(&producer, 1).await;
    drop(producer);
    assert_eq!(log.complaints(), [line(3), line(4)]);
}

#[tokio::test(start_paused = true)]
async fn the_last_clone_of_a_producer_says_it() {
    let (log, running) = (Log::new(), on_silent().await);
    let producer = running.producer();
    end(running).await;
    let last = producer.clone();
    queue(&producer, 2).await;
    drop(producer);
    assert!(log.complaints().is_empty(), "{:?}", log.complaints());
    drop(last);
    assert_eq!(log.complaints(), [line(2)]);
}
