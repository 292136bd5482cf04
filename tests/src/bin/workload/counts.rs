//! Counts what the client fetched and what its handler was given.

use std::sync::atomic::{AtomicU64, Ordering};

use messaging::BoxError;
use messaging::broker::kafka::{Kafka, KafkaConfig, StatisticsHook};
use messaging::prelude::*;
use messaging::settings::{Settings, Sources};
use serde::Deserialize;

use crate::Delay;

static DELIVERED: AtomicU64 = AtomicU64::new(0);

/// The part of librdkafka's statistics that counts records taken from brokers, fetched twice or not.
#[derive(Deserialize)]
struct Statistics {
    rxmsgs: u64,
}

#[worker(topic = "in", concurrency = 100, order = "none")]
async fn counts(_text: String, State(Delay(delay)): State<Delay>) {
    tokio::time::sleep(delay).await;
    DELIVERED.fetch_add(1, Ordering::Relaxed);
}

/// The Kafka of the settings, whose statistics are printed each second: `fetched 10 delivered 3`.
pub(crate) fn broker() -> Result<Kafka, BoxError> {
    let settings = Settings::load(&Sources::from_process())?;
    let config = KafkaConfig {
        statistics: Some(StatisticsHook::new(print)),
        ..KafkaConfig::from(&settings)
    };
    Ok(Kafka::new(config))
}

fn print(statistics: &[u8]) {
    // Read before the statistics: what is delivered later can only make the figure look worse.
    let delivered = DELIVERED.load(Ordering::Relaxed);
    match serde_json::from_slice::<Statistics>(statistics) {
        Ok(Statistics { rxmsgs }) => println!("fetched {rxmsgs} delivered {delivered}"),
        Err(error) => println!("statistics that cannot be read: {error}"),
    }
}
