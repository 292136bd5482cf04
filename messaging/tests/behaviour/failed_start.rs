//! A start that fails leaves nothing behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use messaging::broker::memory::MemoryBroker;
use messaging::broker::{
    Admin, Broker, BrokerError, Capabilities, FailureHook, Publisher, Subscribe, Subscription,
};
use messaging::{App, State, WorkerSpec};

/// A broker on which one group can be joined, and no second one.
struct OneGroup(MemoryBroker, AtomicBool);

impl OneGroup {
    fn new() -> OneGroup {
        OneGroup(MemoryBroker::new(), AtomicBool::new(false))
    }
}

impl Broker for OneGroup {
    fn name(&self) -> &'static str {
        "one group"
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), BrokerError>> {
        self.0.probe()
    }

    fn publisher(&self, on_failure: FailureHook) -> Result<Arc<dyn Publisher>, BrokerError> {
        self.0.publisher(on_failure)
    }

    fn subscribe(&self, request: &Subscribe) -> Result<Box<dyn Subscription>, BrokerError> {
        match self.1.swap(true, Ordering::SeqCst) {
            false => self.0.subscribe(request),
            true => Err(BrokerError::Closed),
        }
    }

    fn admin(&self) -> Result<Arc<dyn Admin>, BrokerError> {
        self.0.admin()
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_that_was_joined_has_ended_when_a_later_one_fails() {
    async fn handle(_: String, _: State<Arc<()>>) {}
    let held_by_drivers = Arc::new(());
    let start = App::empty()
        .broker(OneGroup::new())
        .configure([("message_broker", "memory")])
        .state(held_by_drivers.clone())
        .worker(WorkerSpec::of("first", "a", handle))
        .worker(WorkerSpec::of("second", "b", handle))
        .start();
    let error = tokio::time::timeout(Duration::from_secs(3600), start)
        .await
        .expect("the start ends")
        .unwrap_err();
    assert!(error.to_string().contains("second"), "{error}");
    assert_eq!(Arc::strong_count(&held_by_drivers), 1);
}
