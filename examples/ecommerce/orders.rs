//! Orders: clients, products and orders by HTTP, kept in SQLite, told to others by events.

use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::pin;

use anyhow::Context;
use messaging::{App, Running};
use tokio::net::TcpListener;

use crate::events::topics;
use crate::log;

mod api;
mod body;
mod book;
mod catalog;
mod columns;
mod error;
mod kafka;
mod order;
mod requests;
mod shutdown;
mod store;
mod tell;

pub(crate) use kafka::Kafka;
use store::Store;

/// What the service is called, also towards Kafka.
pub(crate) const SERVICE: &str = "orders-service";

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The port to listen on; 0 takes a free one
    #[arg(long, env = "PORT", default_value_t = 3000)]
    port: u16,
    /// The address to listen on; 0.0.0.0 for all of this machine
    #[arg(long, env = "HOST", default_value = "127.0.0.1")]
    host: IpAddr,
    /// The file of the SQLite database; without it everything is gone when the service ends
    #[arg(long, env = "ORDERS_DATABASE")]
    database: Option<PathBuf>,
}

/// What requests work with.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    store: Store,
    kafka: Kafka,
}

impl Orders {
    /// With the database in a file, or in memory.
    pub(crate) fn open(database: Option<PathBuf>, kafka: Kafka) -> anyhow::Result<Orders> {
        let store = Store::open(database)?;
        Ok(Orders { store, kafka })
    }

    /// Answers requests until `end`, and then those that have begun.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        end: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        axum::serve(listener, api::router(self))
            .with_graceful_shutdown(end)
            .await
    }
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    log::install(log::SERVICE);
    // From here on a signal does not kill the process.
    let told_to_end = messaging::shutdown_requested();
    let address = (options.host, options.port);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on port {}; take another by --port", options.port))?;
    let (found, kafka) = Kafka::sought();
    let orders = Orders::open(options.database, kafka)?;
    println!("{SERVICE} listens at http://{}", listener.local_addr()?);

    let serving = orders.serve(listener, told_to_end);
    let mut serving = pin!(shutdown::limit(serving));
    let running = tokio::select! {
        biased;
        // Told to end before Kafka was reached.
        served = &mut serving => return served,
        started = start() => started?,
    };
    found.send_replace(Some(running.producer()));
    let served = serving.await;
    // After the last request: none may find its producer closed, and what was sent is waited for.
    running.stop();
    running.join().await?;
    served
}

/// An App without workers: it publishes. A caller of HTTP waits for its event, so the time for that is a caller's.
async fn start() -> messaging::Result<Running> {
    let app = App::empty().defaults([
        ("service", SERVICE),
        ("kafka_client_id", SERVICE),
        ("kafka_delivery_timeout_ms", "15000"),
    ]);
    app.create_topics(topics()).await?;
    app.start().await
}
