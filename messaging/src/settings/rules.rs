//! What must hold between settings, beyond each of them for itself.

use super::choice::{GroupProtocol, SaslMechanism};
use super::keys::{self, Values};
use super::{Layer, Settings};

/// Something that must hold for all of its keys together.
pub(super) struct Rule {
    /// The first is the one that a problem is reported at.
    pub(super) keys: &'static [&'static str],
    /// What is said of the first key when the rule is broken, after its value.
    pub(super) says: &'static str,
    holds: fn(&Settings) -> bool,
}

impl Rule {
    pub(super) fn is_broken(&self, settings: &Settings) -> bool {
        !(self.holds)(settings)
    }

    /// The value of its first key.
    pub(super) fn shown(&self, values: &Values) -> Option<String> {
        keys::find(self.keys[0]).and_then(|key| (key.show)(values))
    }
}

pub(super) static RULES: &[Rule] = &[
    Rule {
        keys: &["topic_prefix"],
        says: "must be at most 200 letters, digits, `.`, `_` or `-`, as topics are named so",
        holds: |v| v.topic_prefix.as_deref().is_none_or(can_start_a_topic),
    },
    Rule {
        keys: &["kafka_heartbeat_interval_ms", "kafka_session_timeout_ms"],
        says: "must be less than kafka_session_timeout_ms",
        holds: |v| !is_classic(v) || v.kafka_heartbeat_interval_ms < v.kafka_session_timeout_ms,
    },
    Rule {
        keys: &["kafka_session_timeout_ms", "kafka_max_poll_interval_ms"],
        says: "must be less than kafka_max_poll_interval_ms",
        holds: |v| !is_classic(v) || v.kafka_session_timeout_ms < v.kafka_max_poll_interval_ms,
    },
    Rule {
        keys: &["kafka_session_timeout_ms", "kafka_group_protocol"],
        says: "belongs to the broker (its group.consumer.session.timeout.ms), so leave it out, with kafka_group_protocol",
        holds: |v| is_classic(v) || is_left_out(v, "kafka_session_timeout_ms"),
    },
    Rule {
        keys: &["kafka_heartbeat_interval_ms", "kafka_group_protocol"],
        says: "belongs to the broker (its group.consumer.heartbeat.interval.ms), so leave it out, with kafka_group_protocol",
        holds: |v| is_classic(v) || is_left_out(v, "kafka_heartbeat_interval_ms"),
    },
    Rule {
        // librdkafka refuses equal ones as well.
        keys: &["kafka_delivery_timeout_ms", "kafka_linger_ms"],
        says: "must be more than kafka_linger_ms",
        holds: |v| v.kafka_delivery_timeout_ms > v.kafka_linger_ms,
    },
    Rule {
        keys: &["kafka_connect_max_backoff_ms", "kafka_connect_initial_backoff_ms"],
        says: "must be at least kafka_connect_initial_backoff_ms",
        holds: |v| v.kafka_connect_max_backoff_ms >= v.kafka_connect_initial_backoff_ms,
    },
    Rule {
        keys: &["kafka_sasl_mechanism", "kafka_security_protocol"],
        says: "needed by kafka_security_protocol",
        holds: |v| !v.kafka_security_protocol.is_sasl() || v.kafka_sasl_mechanism.is_some(),
    },
    Rule {
        keys: &["kafka_sasl_username", "kafka_security_protocol"],
        says: "needed by kafka_security_protocol",
        holds: |v| !asks_for_password(v) || v.kafka_sasl_username.is_some(),
    },
    Rule {
        keys: &["kafka_sasl_password", "kafka_security_protocol"],
        says: "needed by kafka_security_protocol",
        holds: |v| !asks_for_password(v) || v.kafka_sasl_password.is_some(),
    },
    Rule {
        keys: &["kafka_ssl_keyfile", "kafka_ssl_certfile"],
        says: "needed by kafka_ssl_certfile",
        holds: |v| v.kafka_ssl_certfile.is_none() || v.kafka_ssl_keyfile.is_some(),
    },
    Rule {
        keys: &["kafka_ssl_certfile", "kafka_ssl_keyfile"],
        says: "needed by kafka_ssl_keyfile",
        holds: |v| v.kafka_ssl_keyfile.is_none() || v.kafka_ssl_certfile.is_some(),
    },
];

fn asks_for_password(settings: &Settings) -> bool {
    settings.kafka_security_protocol.is_sasl()
        && settings.kafka_sasl_mechanism != Some(SaslMechanism::OauthBearer)
}

fn is_classic(settings: &Settings) -> bool {
    settings.kafka_group_protocol == GroupProtocol::Classic
}

fn is_left_out(settings: &Settings, key: &str) -> bool {
    settings.layer(key) == Some(Layer::Default)
}

/// Kafka's names end at 249 characters; the rest is for the topic itself.
fn can_start_a_topic(prefix: &str) -> bool {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    prefix.len() <= 200 && prefix.chars().all(is_legal)
}
