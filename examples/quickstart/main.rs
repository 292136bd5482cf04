//! The smallest program: one worker, one message.
//!
//! `cargo run --bin quickstart` runs it on the in-memory broker; with `MESSAGE_BROKER=kafka` it runs on a Kafka at
//! localhost:9092 (or KAFKA_BOOTSTRAP_SERVERS).

use messaging::prelude::*;
use messaging::{App, NewTopic};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

#[derive(Serialize, Deserialize, Payload)]
struct Greeting {
    name: String,
}

#[worker(topic = "greetings")]
async fn greet(greeting: Greeting, State(seen): State<UnboundedSender<String>>) {
    println!("hello, {}", greeting.name);
    let _ = seen.send(greeting.name);
}

#[tokio::main]
async fn main() -> messaging::Result<()> {
    let (seen, mut names) = unbounded_channel::<String>();
    let app = App::new().defaults([("message_broker", "memory")]).state(seen);
    app.create_topics([NewTopic::named("greetings")]).await?;

    let mut running = app.start().await?;
    running.ready().await;
    publish("greetings", &Greeting { name: "world".into() })
        .key("world")
        .await?;
    names.recv().await;

    running.stop();
    running.join().await
}
