//! No macro at all: a producer, a consumer with a handler, a stream with explicit acknowledgement, and a worker, all
//! made by hand. For programs that learn only at run time what they read, and for those that like to see every wire.
//!
//! ```text
//! producer ──▶ letters ──▶ answer ──▶ answers ──▶ stream
//! ```
//!
//! `cargo run --bin by_hand` shows it on the in-memory broker and ends; `MESSAGE_BROKER=kafka cargo run --bin by_hand`
//! does the same on a Kafka at localhost:9092 (or KAFKA_BOOTSTRAP_SERVERS).

use messaging::settings::{Settings, Sources};
use messaging::{
    App, Deliveries, Json, Message, NewTopic, Producer, Running, State, WorkerSpec, create_consumer,
};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// A type of ours without `derive(Payload)` is sent and read in `Json<_>`.
#[derive(Serialize, Deserialize)]
struct Letter {
    from: String,
}

#[tokio::main]
async fn main() -> messaging::Result<()> {
    // An example has to run by itself; the environment may say otherwise.
    if std::env::var_os("MESSAGE_BROKER").is_none() {
        messaging::configure([("message_broker", "memory")])?;
    }
    let settings = Settings::load(&Sources::from_process())?;

    let producer = Producer::connect(&settings).await?;
    // On Kafka; the in-memory broker makes topics by itself.
    let topics = ["letters", "answers", "words"].map(NewTopic::named);
    producer.create_topics(topics).await?;
    let letters = ["Ada", "Grace", "Linus"].map(|from| Json(Letter { from: from.into() }));
    let receipts = producer.send_batch("letters", letters).await?;
    println!("producer: {} letters are written", receipts.len());

    // In the background, until the shutdown.
    let _answering = create_consumer("by-hand-answers", ["letters"])?
        .handler(answer)
        .max_retries(5)
        .start()
        .await?;
    let deliveries = create_consumer("by-hand-reader", ["answers"])?.stream().await?;
    read(deliveries, receipts.len()).await?;

    let (seen, mut words) = unbounded_channel();
    let counting = start_worker(seen).await?;
    counting.producer().send("words", &"seven".to_owned()).await?;
    if let Some(length) = words.recv().await {
        println!("worker:   a word of {length} letters");
    }
    // Every App, consumer and producer of the process.
    messaging::shutdown().await
}

/// A message that names its topic needs no `output_topic`.
async fn answer(Json(letter): Json<Letter>) -> Message<String> {
    println!("handler:  a letter from {}", letter.from);
    Message::new(format!("dear {}", letter.from)).topic("answers")
}

/// Takes answers one by one. Only what is acknowledged is ever committed.
async fn read(mut deliveries: Deliveries, answers: usize) -> messaging::Result<()> {
    for _ in 0..answers {
        let Some(received) = deliveries.next().await else {
            break;
        };
        match received.payload::<String>() {
            Ok(answer) => {
                println!("stream:   {answer}");
                received.ack();
            }
            Err(error) => received.reject(error),
        }
    }
    deliveries.close().await
}

/// What `#[worker(topic = "words", concurrency = 4)]` on `count`, and an App, are by hand.
async fn start_worker(seen: UnboundedSender<usize>) -> messaging::Result<Running> {
    let worker = WorkerSpec::of("count", "words", count).concurrency(4);
    let app = App::empty().defaults([("service", "by-hand")]).worker(worker);
    app.state(seen).start().await
}

async fn count(word: String, State(seen): State<UnboundedSender<usize>>) {
    let _ = seen.send(word.len());
}
