//! A program that something keeps from ending, as its argument says, for the tests of its signals.

#![allow(
    clippy::disallowed_methods,
    reason = "what blocks a thread, or keeps the runtime from ending, is what is tested"
)]

use std::sync::Arc;
use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::broker::{Broker, Outbound};
use messaging::prelude::*;
use messaging::{BoxError, Headers, WorkerSpec};

const AN_HOUR: Duration = Duration::from_secs(3600);

/// A connection that is not made within an hour.
struct Connection;

/// Says that it is held, and is.
fn block() {
    println!("held");
    std::thread::sleep(AN_HOUR);
}

/// An App with nothing to do.
fn app() -> App {
    let worker = WorkerSpec::of("idle", "idle", |_: String| async {});
    App::empty().worker(worker)
}

async fn waits() -> Result<Connection, BoxError> {
    println!("held");
    tokio::time::sleep(AN_HOUR).await;
    Ok(Connection)
}

/// What it waits for outlasts it.
async fn waits_for_a_thread() -> Result<Connection, BoxError> {
    tokio::task::spawn_blocking(block).await?;
    Ok(Connection)
}

async fn blocks() -> Result<Connection, BoxError> {
    block();
    Ok(Connection)
}

/// Its handler leaves a thread behind that the runtime waits for.
async fn leaves_a_thread() -> messaging::Result<()> {
    let handler = |_: String| async {
        tokio::task::spawn_blocking(|| std::thread::sleep(AN_HOUR));
        println!("runs");
    };
    let app = App::empty().worker(WorkerSpec::of("leaves", "records", handler));
    app.broker(one_record()).run().await?;
    println!("held");
    Ok(())
}

fn one_record() -> MemoryBroker {
    let broker = MemoryBroker::new();
    let message = Outbound {
        topic: "records",
        key: None,
        value: Some(b"text"),
        headers: &Headers::new(),
    };
    let publisher = broker.publisher(Arc::new(|_, _| {})).expect("a publisher");
    publisher.enqueue(message, &mut None).expect("room for one");
    broker
}

/// Its handler works on for a while after the program was told to end.
async fn drains() -> messaging::Result<()> {
    let handler = |_: String| async {
        let requested = messaging::shutdown_requested();
        println!("runs");
        requested.await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        println!("done");
    };
    let app = App::empty().worker(WorkerSpec::of("drains", "records", handler));
    app.broker(one_record()).run().await
}

/// Its handler blocks.
async fn handler_blocks() -> messaging::Result<()> {
    let handler = |_: String| async { block() };
    let app = App::empty().worker(WorkerSpec::of("stands", "records", handler));
    app.broker(one_record()).run().await
}

/// Has something else to do after its App could not start.
async fn goes_on() -> messaging::Result<()> {
    let refused = app().provide(|| async { Err::<Connection, _>("refused") });
    println!("{}", refused.run().await.is_err());
    println!("held");
    std::future::pending().await
}

/// Has no App, and waits for the signal by itself; as often as it likes.
async fn asks() {
    let requested = messaging::shutdown_requested();
    println!("held");
    requested.await;
    messaging::shutdown_requested().await;
    println!("told");
}

#[tokio::main]
async fn main() -> messaging::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match std::env::args().nth(1).as_deref() {
        Some("waits") => app().provide(waits).run().await,
        Some("waits-for-a-thread") => app().provide(waits_for_a_thread).run().await,
        Some("blocks") => app().provide(blocks).run().await,
        Some("leaves-a-thread") => leaves_a_thread().await,
        Some("drains") => drains().await,
        Some("handler-blocks") => handler_blocks().await,
        Some("goes-on") => goes_on().await,
        Some("asks") => {
            asks().await;
            Ok(())
        }
        Some("asks-and-stays") => {
            asks().await;
            std::future::pending().await
        }
        other => panic!("it is not held so: {other:?}"),
    }
}
