//! A web service that takes events by the hundred and writes them without waiting: fast, and honest about what it has
//! taken.
//!
//! ```text
//! POST /tracking/track ──▶ send_batch_fire_and_forget ──▶ tracking.events
//! ```
//!
//! `cargo run --bin tracking` sends itself a request by real HTTP, shows the events that arrive on the in-memory
//! broker, and ends; `MESSAGE_BROKER=kafka` lets it use a Kafka at localhost:9092 (or KAFKA_BOOTSTRAP_SERVERS). As a
//! service, on Kafka:
//!
//! ```sh
//! cargo run --bin tracking -- 3000
//! curl localhost:3000/tracking/track -d '{"events": [{"page": "/"}, {"page": "/keyboards"}]}'
//! ```
//!
//! which answers `{"queued":2}`. SIGTERM and SIGINT end it: requests that have begun are answered, and what is queued
//! is written.
//!
//! | file | what it shows |
//! |---|---|
//! | `api.rs` | the route: JSON in, records out, nothing copied in between |
//! | `service.rs` | a web server that publishes, and its clean end |
//! | `demo.rs` | a request, and a worker that reads what it has written |

mod api;
mod demo;
mod service;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1) {
        None => demo::run().await,
        Some(port) => service::run(port.parse()?).await,
    }
}
