//! A broker or a client that this build does not have: the check says so, and whoever asks it for something all the
//! same is refused with the same words. Another one never takes its place in silence.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::broker::{
    Admin, Broker, BrokerError, Capabilities, FailureHook, Publisher, Subscribe, Subscription,
};
use crate::delivery::Settlement;
use crate::settings::{KafkaBackend, MessageBroker, Settings};

/// What the settings choose and this build does not have, with what to do about it.
pub(crate) fn lacking(settings: &Settings) -> Option<String> {
    let place = |key| settings.place_of(key);
    match settings.message_broker {
        MessageBroker::Memory => None,
        broker @ (MessageBroker::Redis | MessageBroker::Rabbitmq) => Some(format!(
            "message_broker is {broker}{}, which is not written yet; set message_broker to kafka or memory",
            place("message_broker")
        )),
        MessageBroker::Kafka if !settings.kafka_enabled => None,
        MessageBroker::Kafka if !cfg!(feature = "kafka") => Some(format!(
            "message_broker is kafka{}, but Kafka is not compiled in; build `messaging` with the feature \"kafka\", or set message_broker to memory",
            place("message_broker")
        )),
        MessageBroker::Kafka if settings.kafka_backend == KafkaBackend::Native => Some(format!(
            "kafka_backend is native{}, which is not written yet; set kafka_backend to librdkafka",
            place("kafka_backend")
        )),
        MessageBroker::Kafka => None,
    }
}

/// Stands where the broker would.
pub(super) struct Absent {
    name: &'static str,
    why: String,
}

impl Absent {
    pub(super) fn new(broker: MessageBroker, why: String) -> Absent {
        Absent {
            name: broker.as_str(),
            why,
        }
    }

    fn refused(&self) -> BrokerError {
        BrokerError::Setting(self.why.clone())
    }
}

impl Broker for Absent {
    fn name(&self) -> &'static str {
        self.name
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            settlement: Settlement::Offsets,
            transactions: false,
            replay: false,
            admin: false,
            makes_topics: false,
            own_thread: false,
        }
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), BrokerError>> {
        Box::pin(async { Err(self.refused()) })
    }

    fn publisher(&self, _: FailureHook) -> Result<Arc<dyn Publisher>, BrokerError> {
        Err(self.refused())
    }

    fn subscribe(&self, _: &Subscribe) -> Result<Box<dyn Subscription>, BrokerError> {
        Err(self.refused())
    }

    fn admin(&self) -> Result<Arc<dyn Admin>, BrokerError> {
        Err(self.refused())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;

    fn told(values: &[(&str, &str)]) -> Option<String> {
        lacking(&Settings::load(&Sources::default().environment(values.iter().copied())).unwrap())
    }

    #[test]
    fn what_is_not_there_is_named_with_its_place_and_what_to_set_instead() {
        for broker in ["redis", "rabbitmq"] {
            let expected = format!(
                "message_broker is {broker} (environment MESSAGE_BROKER), which is not written yet; set message_broker to kafka or memory"
            );
            assert_eq!(told(&[("MESSAGE_BROKER", broker)]), Some(expected));
        }
        let native = ("KAFKA_BACKEND", "native");
        assert_eq!(told(&[("MESSAGE_BROKER", "memory"), native]), None);
        assert_eq!(told(&[("KAFKA_ENABLED", "false"), native]), None);
        #[cfg(feature = "kafka")]
        {
            assert_eq!(told(&[]), None);
            let expected = "kafka_backend is native (environment KAFKA_BACKEND), which is not written yet; set kafka_backend to librdkafka";
            assert_eq!(told(&[native]).as_deref(), Some(expected));
        }
    }

    #[test]
    fn whoever_uses_it_is_refused_with_the_same_words() {
        let absent = Absent::new(MessageBroker::Redis, "not here".to_owned());
        let hook: FailureHook = Arc::new(|_, _| {});
        assert_eq!(absent.name(), "redis");
        assert!(matches!(absent.publisher(hook), Err(BrokerError::Setting(why)) if why == "not here"));
        assert!(matches!(absent.admin(), Err(BrokerError::Setting(why)) if why == "not here"));
    }
}
