//! The broker that the settings name, and reaching it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::broker::memory::MemoryBroker;
use crate::broker::{Broker, BrokerError};
use crate::error::{Kind, Result};
use crate::settings::{MessageBroker, Settings};

/// Makes the broker; `None` when messaging is switched off. Connects to nothing.
pub(super) fn broker(settings: &Settings) -> Option<Arc<dyn Broker>> {
    match settings.message_broker {
        MessageBroker::Memory => Some(Arc::new(MemoryBroker::new())),
        MessageBroker::Kafka if !settings.kafka_enabled => None,
        MessageBroker::Kafka => Some(kafka(settings)),
    }
}

/// The same for what is connected by hand, without an App: on memory it shares one broker, or it could not meet.
pub(crate) fn broker_by_hand(settings: &Settings) -> Option<Arc<dyn Broker>> {
    static SHARED: OnceLock<MemoryBroker> = OnceLock::new();
    match settings.message_broker {
        MessageBroker::Memory => Some(Arc::new(SHARED.get_or_init(MemoryBroker::new).clone())),
        MessageBroker::Kafka => broker(settings),
    }
}

#[cfg(feature = "kafka")]
fn kafka(settings: &Settings) -> Arc<dyn Broker> {
    Arc::new(crate::broker::kafka::Kafka::new(settings.into()))
}

#[cfg(not(feature = "kafka"))]
fn kafka(_: &Settings) -> Arc<dyn Broker> {
    Arc::new(super::absent::Absent)
}

/// Reaches the broker once, trying again by the settings' policy.
pub(super) async fn reach(broker: &dyn Broker, settings: &Settings) -> Result<()> {
    let mut backoff = settings.kafka_connect_initial_backoff_ms;
    let mut tries = 0;
    loop {
        let error = match broker.probe().await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if tries >= settings.kafka_connect_retries || !error.is_retriable() {
            return Err(unreachable(broker, tries + 1, error));
        }
        tries += 1;
        tracing::warn!(broker = broker.name(), error = %crate::outcome::describe(&error), attempt = tries,
            of = settings.kafka_connect_retries, next_in = ?backoff, "the broker cannot be reached; trying again");
        tokio::time::sleep(backoff).await;
        backoff = grown(backoff, settings);
    }
}

fn grown(backoff: Duration, settings: &Settings) -> Duration {
    let grown = backoff.as_secs_f64() * settings.kafka_connect_backoff_multiplier;
    Duration::from_secs_f64(grown.min(settings.kafka_connect_max_backoff_ms.as_secs_f64()))
}

fn unreachable(broker: &dyn Broker, tries: u32, source: BrokerError) -> crate::Error {
    let (name, count) = (broker.name(), if tries == 1 { "try" } else { "tries" });
    let what = if source.is_retriable() {
        format!(
            "{name} could not be reached in {tries} {count} (kafka_connect_retries); check that it runs and that kafka_bootstrap_servers names it"
        )
    } else {
        format!("{name} cannot be used")
    };
    Kind::Broker { what, source }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_advised_on_only_for_a_broker_that_does_not_answer() {
        let denied = BrokerError::Denied {
            what: "the login".to_owned(),
            why: "wrong password".to_owned(),
        };
        let silent = BrokerError::Unreachable {
            broker: "memory",
            address: "here".to_owned(),
            why: "nobody".to_owned(),
        };
        let told = |source| unreachable(&MemoryBroker::new(), 1, source).to_string();
        assert_eq!(told(denied), "memory cannot be used");
        assert_eq!(
            told(silent),
            "memory could not be reached in 1 try (kafka_connect_retries); check that it runs and that kafka_bootstrap_servers names it"
        );
    }
}
