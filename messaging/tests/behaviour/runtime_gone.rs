//! A runtime that is dropped while its App lives: the App ends, without a panic, and is not ready any more.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use messaging::broker::memory::MemoryBroker;
use messaging::broker::{
    Admin, Broker, BrokerError, Capabilities, FailureHook, Publisher, Subscribe, Subscription,
};
use messaging::{HandlerError, Running, State, WorkerSpec};
use tokio::runtime::{Builder, Runtime};

use crate::support::*;

/// The memory broker, with drivers on threads of their own.
struct OnThreads(MemoryBroker);

impl Broker for OnThreads {
    fn name(&self) -> &'static str {
        "memory on threads"
    }
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            own_thread: true,
            ..self.0.capabilities()
        }
    }
    fn probe(&self) -> BoxFuture<'_, Result<(), BrokerError>> {
        self.0.probe()
    }
    fn publisher(&self, on_failure: FailureHook) -> Result<Arc<dyn Publisher>, BrokerError> {
        self.0.publisher(on_failure)
    }
    fn subscribe(&self, request: &Subscribe) -> Result<Box<dyn Subscription>, BrokerError> {
        self.0.subscribe(request)
    }
    fn admin(&self) -> Result<Arc<dyn Admin>, BrokerError> {
        self.0.admin()
    }
}

/// The driver waits with its record: for a timer of the runtime.
async fn later(order: Order, State(seen): State<Seen<u32>>) -> Result<(), HandlerError> {
    seen.note(order.id);
    Err(HandlerError::retry_after(Duration::from_secs(3600)))
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A ready App with a record in hand, whose runtime is gone.
fn left_behind(broker: impl Broker + 'static) -> Running {
    let runtime = runtime();
    let seen = Seen::<u32>::new();
    let spec = WorkerSpec::of("later", "in", later).group_id("g");
    let app = app_on(&MemoryBroker::new()).broker(broker);
    runtime.block_on(async {
        let running = started(app.state(seen.clone()).worker(spec)).await;
        send(&running, "in", [1]).await;
        until("it was tried", || seen.len() == 1).await;
        assert!(running.health().ready);
        running
    })
}

async fn until_it_is_not_ready(running: &Running) {
    until("it is not ready", || !running.health().ready).await;
}

#[test]
fn a_driver_that_is_a_task_goes_with_its_runtime_and_its_app_is_not_ready() {
    let running = left_behind(MemoryBroker::new());
    runtime().block_on(until_it_is_not_ready(&running));
}

#[test]
fn a_driver_on_its_own_thread_ends_quietly_when_its_runtime_goes() {
    let running = left_behind(OnThreads(MemoryBroker::new()));
    let error = runtime().block_on(async {
        until_it_is_not_ready(&running).await;
        running.join().await.unwrap_err()
    });
    let text = format!("{error}: {:?}", std::error::Error::source(&error));
    assert!(text.contains("Closed"), "{text}");
}
