//! From the operator's settings to what the clients are made from.

use super::{KafkaConfig, Tokens};
use crate::settings::Settings;

impl From<&Settings> for KafkaConfig {
    fn from(settings: &Settings) -> KafkaConfig {
        let extra = settings
            .kafka_extra
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        KafkaConfig {
            bootstrap_servers: settings.kafka_bootstrap_servers.as_slice().to_vec(),
            client_id: settings.kafka_client_id.clone(),
            instance_id: settings.kafka_instance_id.clone(),
            group_protocol: settings.kafka_group_protocol,
            security_protocol: settings.kafka_security_protocol,
            sasl_mechanism: settings.kafka_sasl_mechanism,
            sasl_username: settings.kafka_sasl_username.clone(),
            sasl_password: settings.kafka_sasl_password.clone(),
            ssl_cafile: settings.kafka_ssl_cafile.clone(),
            ssl_certfile: settings.kafka_ssl_certfile.clone(),
            ssl_keyfile: settings.kafka_ssl_keyfile.clone(),
            compression_type: settings.kafka_compression_type,
            linger: settings.kafka_linger_ms,
            max_batch_size: settings.kafka_max_batch_size,
            request_timeout: settings.kafka_request_timeout_ms,
            delivery_timeout: settings.kafka_delivery_timeout_ms,
            retry_backoff: settings.kafka_retry_backoff_ms,
            session_timeout: settings.kafka_session_timeout_ms,
            heartbeat_interval: settings.kafka_heartbeat_interval_ms,
            max_poll_interval: settings.kafka_max_poll_interval_ms,
            extra: extra.collect(),
            tokens: settings.token_source().cloned().map(Tokens::of),
            statistics: None,
        }
    }
}
