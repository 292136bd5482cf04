//! A program that stops by itself while a handler blocks its thread, for the test of its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::broker::{Broker, Outbound};
use messaging::prelude::*;
use messaging::{BoxError, Headers};

static BLOCKED: AtomicBool = AtomicBool::new(false);

#[worker(topic = "blocks")]
#[allow(
    clippy::disallowed_methods,
    reason = "a handler that blocks its thread is what is tested"
)]
async fn blocks(_text: String) {
    BLOCKED.store(true, Ordering::SeqCst);
    std::thread::sleep(Duration::from_secs(3600));
}

/// Gives up once the other handler blocks its thread.
#[worker(topic = "stops", max_retries = 1000, on_exhausted = "stop")]
async fn stops(_text: String) -> Result<(), HandlerError> {
    if BLOCKED.load(Ordering::SeqCst) {
        return Err(HandlerError::reject("the other handler blocks"));
    }
    Err(HandlerError::retry_after(Duration::from_millis(20)))
}

fn write(broker: &MemoryBroker, topic: &str) -> Result<(), BoxError> {
    let message = Outbound {
        topic,
        key: None,
        value: Some(b"text"),
        headers: &Headers::new(),
    };
    let publisher = broker.publisher(Arc::new(|_, _| {}))?;
    publisher
        .enqueue(message, &mut None)
        .map_err(|refused| format!("{refused:?}").into())
}

#[tokio::main(worker_threads = 4)]
async fn main() -> Result<(), BoxError> {
    let broker = MemoryBroker::new();
    write(&broker, "blocks")?;
    write(&broker, "stops")?;
    let app = App::new().defaults([("message_broker", "memory")]);
    Ok(app.broker(broker).run().await?)
}
