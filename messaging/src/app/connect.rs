//! The broker that the settings name, and reaching it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::absent::{Absent, lacking};
use crate::broker::memory::MemoryBroker;
use crate::broker::{Broker, BrokerError};
use crate::error::{Kind, Result};
use crate::settings::{MessageBroker, Settings};

/// Makes the broker; `None` when messaging is switched off. Connects to nothing.
pub(super) fn broker(settings: &Settings) -> Option<Arc<dyn Broker>> {
    let chosen = settings.message_broker;
    if let Some(why) = lacking(settings) {
        return Some(Arc::new(Absent::new(chosen, why)));
    }
    match chosen {
        MessageBroker::Memory => Some(Arc::new(MemoryBroker::new())),
        _ => kafka(settings),
    }
}

/// The same for what is connected by hand, without an App: on memory it shares one broker, or it could not meet.
pub(crate) fn broker_by_hand(settings: &Settings) -> Option<Arc<dyn Broker>> {
    static SHARED: OnceLock<MemoryBroker> = OnceLock::new();
    match settings.message_broker {
        MessageBroker::Memory => Some(Arc::new(SHARED.get_or_init(MemoryBroker::new).clone())),
        _ => broker(settings),
    }
}

#[cfg(feature = "kafka")]
fn kafka(settings: &Settings) -> Option<Arc<dyn Broker>> {
    let made = || Arc::new(crate::broker::kafka::Kafka::new(settings.into()));
    settings.kafka_enabled.then(|| made() as Arc<dyn Broker>)
}

/// What is not compiled in and not switched off is lacking.
#[cfg(not(feature = "kafka"))]
fn kafka(_: &Settings) -> Option<Arc<dyn Broker>> {
    None
}

/// Reaches the broker once, trying again by the settings' policy.
pub(crate) async fn reach(broker: &dyn Broker, settings: &Settings) -> Result<()> {
    let mut backoff = settings.kafka_connect_initial_backoff_ms;
    let mut tries = 0;
    loop {
        let error = match broker.probe().await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if tries >= settings.kafka_connect_retries || !error.is_retriable() {
            return Err(unreachable(broker, &in_tries(tries + 1), error));
        }
        tries += 1;
        tracing::warn!(broker = broker.name(), error = %crate::outcome::describe(&error), attempt = tries,
            of = settings.kafka_connect_retries, next_in = ?backoff, "the broker cannot be reached; trying again");
        tokio::time::sleep(backoff).await;
        backoff = grown(backoff, settings);
    }
}

/// Reaches the broker, or says at once why not.
#[cfg(feature = "cli")]
pub(super) async fn reach_once(broker: &dyn Broker) -> Result<()> {
    let refused = |error| unreachable(broker, "", error);
    broker.probe().await.map_err(refused)
}

fn grown(backoff: Duration, settings: &Settings) -> Duration {
    let grown = backoff.as_secs_f64() * settings.kafka_connect_backoff_multiplier;
    Duration::from_secs_f64(grown.min(settings.kafka_connect_max_backoff_ms.as_secs_f64()))
}

fn in_tries(tries: u32) -> String {
    let count = if tries == 1 { "try" } else { "tries" };
    format!(" in {tries} {count} (kafka_connect_retries)")
}

fn unreachable(broker: &dyn Broker, in_tries: &str, source: BrokerError) -> crate::Error {
    let name = broker.name();
    let what = if source.is_retriable() {
        format!(
            "{name} could not be reached{in_tries}; check that it runs and that kafka_bootstrap_servers names it"
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
    fn what_is_asked_once_names_no_setting_for_tries() {
        let silent = BrokerError::Unreachable {
            broker: "memory",
            address: "here".to_owned(),
            why: "nobody".to_owned(),
        };
        let told = unreachable(&MemoryBroker::new(), "", silent).to_string();
        assert_eq!(
            told,
            "memory could not be reached; check that it runs and that kafka_bootstrap_servers names it"
        );
    }

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
        let told = |source| unreachable(&MemoryBroker::new(), &in_tries(1), source).to_string();
        assert_eq!(told(denied), "memory cannot be used");
        assert_eq!(
            told(silent),
            "memory could not be reached in 1 try (kafka_connect_retries); check that it runs and that kafka_bootstrap_servers names it"
        );
    }
}
