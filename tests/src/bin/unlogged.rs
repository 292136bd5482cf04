//! A program without a log whose worker stops it, for the test of what it says then: by `run`, or by a `start` that
//! nobody joins.

use std::sync::Arc;

use messaging::broker::memory::MemoryBroker;
use messaging::broker::{Broker, Outbound};
use messaging::delivery::policy::OnExhausted;
use messaging::prelude::*;
use messaging::{BoxError, Headers, WorkerSpec};

async fn refuse(_text: String) -> Result<(), HandlerError> {
    Err(HandlerError::reject("it is refused"))
}

fn one_record() -> Result<MemoryBroker, BoxError> {
    let broker = MemoryBroker::new();
    let message = Outbound {
        topic: "in",
        key: None,
        value: Some(b"text"),
        headers: &Headers::new(),
    };
    let publisher = broker.publisher(Arc::new(|_, _| {}))?;
    publisher
        .enqueue(message, &mut None)
        .map_err(|refused| format!("{refused:?}"))?;
    Ok(broker)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let worker = WorkerSpec::of("refuse", "in", refuse).on_exhausted(OnExhausted::Stop);
    let app = App::empty().worker(worker).broker(one_record()?);
    let how = std::env::args().nth(1);
    if how.as_deref() == Some("run-with-log") {
        messaging::init_log();
        // Once more does no harm.
        messaging::init_log();
    }
    if how.is_some_and(|how| how.starts_with("run")) {
        return Ok(app.run().await?);
    }
    let _running = app.start().await?;
    std::future::pending().await
}
