//! The table that is handed to librdkafka as it is.

use std::collections::BTreeMap;
use std::fmt;

use super::secret::HIDDEN;
use super::setting::{Limits, Refusal, Setting};
use super::value::SettingValue;

/// Properties that are refused, under each of their names at librdkafka: there is a setting for them, or they would
/// break what this crate promises. `sasl.` stands for all that start so.
const OWNED: &[&str] = &[
    "acks",
    "allow.auto.create.topics",
    "auto.commit.enable",
    "auto.commit.interval.ms",
    "auto.offset.reset",
    "batch.size",
    "bootstrap.servers",
    "client.id",
    "compression.codec",
    "compression.type",
    "delivery.timeout.ms",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "heartbeat.interval.ms",
    "isolation.level",
    "linger.ms",
    "max.poll.interval.ms",
    "message.timeout.ms",
    "metadata.broker.list",
    "partition.assignment.strategy",
    "partitioner",
    "queue.buffering.max.ms",
    "request.required.acks",
    "request.timeout.ms",
    "retry.backoff.ms",
    "sasl.",
    "security.protocol",
    "session.timeout.ms",
    "ssl.ca.location",
    "ssl.certificate.location",
    "ssl.key.location",
    "statistics.interval.ms",
    "transactional.id",
];

/// Which setting those of them have that have one.
const SETTINGS: &[(&str, &str)] = &[
    ("auto.commit.interval.ms", "kafka_auto_commit_interval_ms"),
    ("auto.offset.reset", "kafka_auto_offset_reset"),
    ("batch.size", "kafka_max_batch_size"),
    ("bootstrap.servers", "kafka_bootstrap_servers"),
    ("client.id", "kafka_client_id"),
    ("compression.codec", "kafka_compression_type"),
    ("compression.type", "kafka_compression_type"),
    ("delivery.timeout.ms", "kafka_delivery_timeout_ms"),
    ("enable.auto.commit", "kafka_enable_auto_commit"),
    ("group.id", "kafka_group_id"),
    ("group.instance.id", "kafka_instance_id"),
    ("group.protocol", "kafka_group_protocol"),
    ("heartbeat.interval.ms", "kafka_heartbeat_interval_ms"),
    ("linger.ms", "kafka_linger_ms"),
    ("max.poll.interval.ms", "kafka_max_poll_interval_ms"),
    ("message.timeout.ms", "kafka_delivery_timeout_ms"),
    ("metadata.broker.list", "kafka_bootstrap_servers"),
    ("queue.buffering.max.ms", "kafka_linger_ms"),
    ("request.timeout.ms", "kafka_request_timeout_ms"),
    ("retry.backoff.ms", "kafka_retry_backoff_ms"),
    ("sasl.mechanism", "kafka_sasl_mechanism"),
    ("sasl.mechanisms", "kafka_sasl_mechanism"),
    ("sasl.password", "kafka_sasl_password"),
    ("sasl.username", "kafka_sasl_username"),
    ("security.protocol", "kafka_security_protocol"),
    ("session.timeout.ms", "kafka_session_timeout_ms"),
    ("ssl.ca.location", "kafka_ssl_cafile"),
    ("ssl.certificate.location", "kafka_ssl_certfile"),
    ("ssl.key.location", "kafka_ssl_keyfile"),
];

/// Properties that this crate sets to other values than librdkafka does, and that an operator may set again: nothing it
/// promises depends on them.
#[cfg(all(test, feature = "kafka"))]
pub(crate) const TUNED: &[&str] = &[
    "fetch.queue.backoff.ms",
    "fetch.wait.max.ms",
    "message.max.bytes",
    "queue.buffering.max.kbytes",
    "queue.buffering.max.messages",
    "queued.max.messages.kbytes",
    "queued.min.messages",
    "reconnect.backoff.max.ms",
    "retry.backoff.max.ms",
    "socket.timeout.ms",
    "topic.metadata.propagation.max.ms",
    "topic.metadata.refresh.interval.ms",
];

/// Parts of the names of properties whose values are secrets, such as `ssl.key.password` and `ssl.key.pem`.
const SECRET_PARTS: &[&str] = &["password", "passphrase", "secret", "token", "pem"];

/// Properties for librdkafka by name; `Debug` and `Display` hide the values of those that are secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KafkaExtra(BTreeMap<String, String>);

impl KafkaExtra {
    /// Name and value of each, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn new(properties: BTreeMap<String, String>) -> Result<Self, Refusal> {
        let owned: Vec<String> = properties
            .keys()
            .filter(|name| is_owned(name))
            .map(|name| instead_of(name))
            .collect();
        if owned.is_empty() {
            return Ok(Self(properties));
        }
        Err(Refusal::Because(format!(
            "in which {}: take it out, and use the setting if there is one",
            owned.join(", ")
        )))
    }
}

/// Whether a property is refused.
pub(crate) fn is_owned(name: &str) -> bool {
    OWNED
        .iter()
        .any(|owned| name == *owned || (owned.ends_with('.') && name.starts_with(owned)))
}

/// What to say of a property that is refused.
fn instead_of(property: &str) -> String {
    match setting_of(property) {
        Some(setting) => format!("{property} is the setting {setting}"),
        None => format!("{property} is set by this crate itself"),
    }
}

/// The setting by which an operator says what a refused property would.
pub(crate) fn setting_of(property: &str) -> Option<&'static str> {
    let found = SETTINGS.iter().find(|(own, _)| *own == property);
    found.map(|(_, setting)| *setting)
}

pub(super) fn is_secret(name: &str) -> bool {
    SECRET_PARTS.iter().any(|part| name.contains(part))
}

impl fmt::Display for KafkaExtra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.iter().map(|(name, value)| {
            let value = if is_secret(name) { HIDDEN } else { value };
            format!("{name}={value}")
        });
        f.write_str(&shown.collect::<Vec<_>>().join(";"))
    }
}

impl fmt::Debug for KafkaExtra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KafkaExtra({self})")
    }
}

impl Setting for KafkaExtra {
    // Some of its values are secrets, and a table that was refused is not yet known property by property.
    const SECRET: bool = true;

    fn allowed(_: Option<&Limits>) -> String {
        "a table of librdkafka properties, as text `name=value;name=value`".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Refusal> {
        let mut properties = BTreeMap::new();
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            match part.split_once('=') {
                Some((name, value)) if !name.trim().is_empty() => {
                    properties.insert(name.trim().to_owned(), value.trim().to_owned());
                }
                _ => return Err(Refusal::NotAllowed),
            }
        }
        Self::new(properties)
    }

    fn from_value(value: &SettingValue) -> Result<Self, Refusal> {
        let SettingValue::Table(table) = value else {
            return Err(Refusal::NotAllowed);
        };
        let mut properties = BTreeMap::new();
        flatten("", table, &mut properties)?;
        Self::new(properties)
    }

    fn show(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.to_string())
    }
}

/// In TOML an unquoted `socket.keepalive.enable = true` is three tables deep; it means the property all the same.
fn flatten(
    prefix: &str,
    table: &BTreeMap<String, SettingValue>,
    properties: &mut BTreeMap<String, String>,
) -> Result<(), Refusal> {
    for (part, value) in table {
        let name = if prefix.is_empty() {
            part.clone()
        } else {
            format!("{prefix}.{part}")
        };
        match value {
            SettingValue::Table(inner) => flatten(&name, inner, properties)?,
            SettingValue::Text(text) => drop(properties.insert(name, text.clone())),
            SettingValue::Bool(_) | SettingValue::Integer(_) | SettingValue::Float(_) => {
                drop(properties.insert(name, value.to_string()));
            }
            SettingValue::List(_) | SettingValue::Duration(_) => {
                let what = format!("in which {name} is {}, not text or a number", value.kind());
                return Err(Refusal::Because(what));
            }
        }
    }
    Ok(())
}
