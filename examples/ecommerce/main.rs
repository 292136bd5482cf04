//! A shop in two services that know each other only by their events.
//!
//! ```text
//! HTTP ──▶ Orders ──▶ orders.created ──▶ Payments
//!            │  └───▶ orders.paid, orders.failed ──▶ whoever wants to know
//!          SQLite
//! ```
//!
//! `cargo run --bin ecommerce` runs both in one process on the in-memory broker, places an order by real HTTP, shows
//! what happens and ends. `cargo run --bin ecommerce -- orders` and `-- payments` are the two services, for a Kafka at
//! localhost:9092 (or KAFKA_BOOTSTRAP_SERVERS).
//!
//! | file | what it shows |
//! |---|---|
//! | `events.rs` | topics as types: the name, the payload, the key |
//! | `payments.rs` | a consumer: one function |
//! | `orders.rs`, `orders/api.rs` | a producer inside an HTTP service, and its clean end |
//! | `orders/kafka.rs` | a service that answers before Kafka does |
//! | `orders/store.rs` | SQLite beside an async runtime |
//! | `demo.rs` | several services in one process, a worker made by hand |

mod demo;
mod desk;
mod events;
mod log;
mod moment;
mod money;
mod orders;
mod payments;

use clap::{Parser, Subcommand};

/// A shop in two services: Orders takes orders by HTTP, Payments reads them from Kafka. Without a command both run in
/// this process, on the in-memory broker, for one order.
#[derive(Debug, Parser)]
#[command(name = "ecommerce", after_help = AFTER_HELP)]
struct Options {
    #[command(subcommand)]
    service: Option<Service>,
}

const AFTER_HELP: &str = "\
The services use Kafka; settings come from the environment, for example KAFKA_BOOTSTRAP_SERVERS (localhost:9092), and
from messaging.toml. MESSAGE_BROKER=kafka lets the demo use Kafka, too.
They end on SIGTERM and SIGINT. RUST_LOG chooses what is logged to standard error.";

#[derive(Debug, Subcommand)]
enum Service {
    /// Clients, products and orders by HTTP; publishes orders.created, orders.paid and orders.failed
    Orders(orders::Options),
    /// Prints each order of orders.created that is to be paid
    Payments,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Options::parse().service {
        None => demo::run().await,
        Some(Service::Orders(options)) => orders::run(options).await,
        Some(Service::Payments) => payments::run().await,
    }
}
