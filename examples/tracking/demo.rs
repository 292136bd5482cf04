//! One request to the service in this process, until a worker has read all it has written.

use std::net::SocketAddr;
use std::thread;

use anyhow::Context;
use messaging::prelude::*;
use messaging::{BoxError, NewTopic, WorkerSpec};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::api::TOPIC;
use crate::service::serve;

const EVENTS: &str = r#"{"events": [{"page": "/"}, {"page": "/keyboards"}, {"page": "/basket"}]}"#;

pub(crate) async fn run() -> anyhow::Result<()> {
    let (show, mut shown) = unbounded_channel();
    let app = App::empty()
        .defaults([("message_broker", "memory"), ("service", "tracking-demo")])
        .worker(WorkerSpec::of("show_event", TOPIC, show_event))
        .state::<UnboundedSender<Value>>(show);
    app.create_topics([NewTopic::named(TOPIC).partitions(3)]).await?;
    let mut running = app.start().await?;
    running.ready().await;

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let (end, ended) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(running, listener, async { drop(ended.await) }));
    // The client blocks, and that is not for a thread of the runtime.
    let (answer, answered) = oneshot::channel();
    let client = thread::Builder::new().name("client".into());
    client.spawn(move || answer.send(post(address)))?;
    let queued = answered.await??;
    println!("POST /tracking/track answers {queued}");
    for _ in 0..queued["queued"]
        .as_u64()
        .context("the answer says nothing of `queued`")?
    {
        let event = shown.recv().await.context("the worker has ended")?;
        println!("{TOPIC}: {event}");
    }
    drop(end);
    serving.await?
}

fn post(address: SocketAddr) -> anyhow::Result<Value> {
    let url = format!("http://{address}/tracking/track");
    let answer = ureq::post(url).send(EVENTS)?.into_body().read_to_string()?;
    Ok(serde_json::from_str(&answer)?)
}

async fn show_event(event: Value, State(show): State<UnboundedSender<Value>>) -> Result<(), BoxError> {
    Ok(show.send(event)?)
}
