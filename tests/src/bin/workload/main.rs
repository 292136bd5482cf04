//! The program that the end-to-end tests start, kill and stop: `workload transform counts` runs these two workers.
//!
//! It uses only what `messaging` offers to everybody. Tests tell it what to do by its settings in the environment (a
//! `TOPIC_PREFIX` gives each test topics of its own) and see what it did in topics, in its lines and by its end.

mod counts;
mod events;
mod failures;
mod numbers;
mod slow;
mod transform;
mod unsteady;

use std::time::Duration;

use messaging::{App, BoxError};
use tracing_subscriber::EnvFilter;

/// How long each call of a handler takes, from the variable `DELAY_MS`.
#[derive(Clone, Copy)]
struct Delay(Duration);

impl Delay {
    fn from_environment() -> Delay {
        let text = std::env::var("DELAY_MS").unwrap_or_default();
        Delay(Duration::from_millis(text.parse().unwrap_or(0)))
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let workers: Vec<String> = std::env::args().skip(1).collect();
    let app = App::only(&workers).state(Delay::from_environment());
    // Asked for by its name, because statistics cost a little and only its tests read them.
    if workers.iter().any(|worker| worker == "counts") {
        return Ok(app.broker(counts::broker()?).run().await?);
    }
    Ok(app.run().await?)
}
