//! Every broker, by the one suite of `messaging_tests::conformance`.

use std::time::Duration;

use messaging_tests::conformance::Subject;

mod memory {
    use messaging::broker::memory::MemoryBroker;

    fn subject() -> anyhow::Result<super::Subject> {
        let broker = MemoryBroker::new().auto_create(false);
        let same = broker.clone();
        let lose = move |group: &str, topic: &str, partition| same.lose(group, topic, partition);
        Ok(super::Subject::new(broker).lose(lose))
    }

    messaging_tests::conformance!(subject);
}

mod kafka {
    use messaging::broker::kafka::{Kafka, KafkaConfig};
    use messaging_tests::kafka::KafkaServer;

    use super::*;

    fn subject() -> anyhow::Result<Subject> {
        let config = KafkaConfig {
            bootstrap_servers: vec![KafkaServer::shared()?.to_owned()],
            session_timeout: Duration::from_secs(6),
            heartbeat_interval: Duration::from_millis(500),
            ..KafkaConfig::default()
        };
        Ok(Subject::new(Kafka::new(config)).quiet(Duration::from_millis(1_500)))
    }

    messaging_tests::conformance!(subject);
}

/// Groups whose partitions are given by the broker (KIP-848).
mod kafka_with_the_consumer_protocol {
    use messaging::broker::kafka::{Kafka, KafkaConfig};
    use messaging::settings::GroupProtocol;
    use messaging_tests::kafka::KafkaServer;

    use super::*;

    fn subject() -> anyhow::Result<Subject> {
        let config = KafkaConfig {
            bootstrap_servers: vec![KafkaServer::shared()?.to_owned()],
            group_protocol: GroupProtocol::Consumer,
            ..KafkaConfig::default()
        };
        Ok(Subject::new(Kafka::new(config)).quiet(Duration::from_millis(1_500)))
    }

    messaging_tests::conformance!(subject);
}
