//! Both services in this process, and one order from the first request to the last event.

use std::sync::mpsc::channel;
use std::thread;

use messaging::prelude::*;
use messaging::{Running, WorkerSpec};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::desk::Desk;
use crate::events::{OrderClosed, OrdersPaid, topics};
use crate::log;
use crate::orders::{Kafka, Orders};

mod client;
mod story;

use client::Client;
use story::Story;

pub(crate) async fn run() -> anyhow::Result<()> {
    log::install(log::DEMO);
    let (lines, shown) = channel();
    let running = start(Desk::Demo(lines)).await?;

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let client = Client::of(listener.local_addr()?);
    let (end, ended) = oneshot::channel::<()>();
    let orders = Orders::open(None, Kafka::found(running.producer()))?;
    // The end of the story, or its failure, is the end of the server.
    let serving = orders.serve(listener, async { drop(ended.await) });
    let story = on_a_thread(move || {
        let told = Story::new(client, shown).tell();
        drop(end);
        told
    })?;
    let (served, told) = tokio::join!(serving, story);

    running.stop();
    running.join().await?;
    served?;
    told?
}

/// All workers of this program, which is Payments, and one that is made by hand: it is there in the demo only.
async fn start(desk: Desk) -> messaging::Result<Running> {
    let app = App::new()
        .defaults([("message_broker", "memory"), ("service", "ecommerce-demo")])
        .worker(WorkerSpec::of("show_paid", OrdersPaid, show_paid))
        .state(desk);
    app.create_topics(topics()).await?;
    let mut running = app.start().await?;
    running.ready().await;
    Ok(running)
}

async fn show_paid(event: OrderClosed, State(desk): State<Desk>) -> Result<(), serde_json::Error> {
    desk.show(format!("orders.paid: {}", serde_json::to_string(&event)?));
    Ok(())
}

/// The story is told in order, one blocking call after the other: that is not for a thread of the runtime.
fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<oneshot::Receiver<T>> {
    let (answer, answered) = oneshot::channel();
    thread::Builder::new().name("demo".into()).spawn(move || {
        // Nobody waits when the program ends.
        let _ = answer.send(work());
    })?;
    Ok(answered)
}
