//! The table of all keys. One row here is the whole of a key: its field, its name in the environment, what it
//! takes, its default and its line in the documentation.

use std::time::Duration;

use super::choice::{
    CompressionType, GroupProtocol, KafkaBackend, MessageBroker, OffsetReset, SaslMechanism, SecurityProtocol,
};
use super::extra::KafkaExtra;
use super::layer::Layer;
use super::secret::Secret;
use super::servers::Servers;
use super::setting::{Limits, Refusal, Setting};
use super::url::{RabbitmqUrl, RedisUrl, RegistryUrl};
use super::value::SettingValue;

/// A key, apart from the type of its value.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) doc: &'static [&'static str],
    pub(super) secret: bool,
    pub(super) allowed: fn() -> String,
    pub(super) show: fn(&Values) -> Option<String>,
    /// Reads a value, typed or as text, into its field.
    pub(super) set: fn(&mut Values, Given<'_>) -> Result<(), Refusal>,
}

/// A value on its way into a field.
#[derive(Clone, Copy)]
pub(crate) enum Given<'a> {
    /// From a place that knows only text.
    Text(&'a str),
    /// From a place that knows types.
    Typed(&'a SettingValue),
}

impl<'a> Given<'a> {
    /// Only a file knows its types for sure: in code one array may hold keys of several types, all as text.
    pub(crate) fn of(value: &'a SettingValue, layer: Layer) -> Given<'a> {
        match value {
            SettingValue::Text(text) if layer != Layer::File => Given::Text(text),
            value => Given::Typed(value),
        }
    }
}

impl Key {
    pub(super) fn environment(&self) -> String {
        self.name.to_ascii_uppercase()
    }

    pub(super) fn doc(&self) -> String {
        self.doc.concat().trim().trim_end_matches('.').to_owned()
    }
}

pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

fn read<T: Setting>(given: Given<'_>, limits: Option<&Limits>) -> Result<T, Refusal> {
    let value = match given {
        Given::Text(text) => T::from_text(text)?,
        Given::Typed(value) => T::from_value(value)?,
    };
    match (limits, value.amount()) {
        (Some(limits), Some(amount)) if !contains(limits, amount) => Err(Refusal::NotAllowed),
        _ => Ok(value),
    }
}

fn contains(limits: &Limits, amount: f64) -> bool {
    (f64::from(*limits.start())..=f64::from(*limits.end())).contains(&amount)
}

macro_rules! settings {
    ($(
        $(#[doc = $doc:literal])+
        $key:ident: $type:ty = $default:expr $(, in $limits:expr)?;
    )+) => {
        /// The value of every setting, by key.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct Values {
            $($(#[doc = $doc])+ pub $key: $type,)+
        }

        impl Default for Values {
            fn default() -> Self {
                Self { $($key: $default,)+ }
            }
        }

        pub(super) static KEYS: &[Key] = &[$({
            const LIMITS: Option<&Limits> = settings!(@limits $($limits)?);
            Key {
                name: stringify!($key),
                doc: &[$($doc),+],
                secret: <$type as Setting>::SECRET,
                allowed: || <$type as Setting>::allowed(LIMITS),
                show: |values| values.$key.show(),
                set: |values, given| {
                    values.$key = read(given, LIMITS)?;
                    Ok(())
                },
            }
        },)+];
    };
    (@limits) => { None };
    (@limits $limits:expr) => { Some(&$limits) };
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const HOUR_MS: u32 = 3_600_000;
const DAY_MS: u32 = 24 * HOUR_MS;

// Limits of keys that librdkafka has too are its own, so that a value which passes here passes there.
settings! {
    /// What carries the messages. Redis and RabbitMQ are not written yet: the start-up check refuses them.
    message_broker: MessageBroker = MessageBroker::Kafka;
    /// The name of this service, first part of the groups that name none; unset: the name of the crate in which
    /// the handler stands.
    service: Option<String> = None;
    /// Put before the name of every topic, dead letters included; groups have no prefix.
    topic_prefix: Option<String> = None;
    /// Whether Kafka is used at all. With `false`, `run` refuses and publishing is an error, never a silent drop.
    kafka_enabled: bool = true;
    /// Which client speaks to Kafka.
    kafka_backend: KafkaBackend = KafkaBackend::Librdkafka;
    /// The first brokers to ask for the others.
    kafka_bootstrap_servers: Servers = Servers::one("localhost:9092");
    /// The name under which the brokers see this program.
    kafka_client_id: String = "messaging".to_owned();
    /// The group of items that name none; unset: `{service}.{worker}`.
    kafka_group_id: Option<String> = None;
    /// Names this process for static membership and for transactions; unique among those that run at once.
    kafka_instance_id: Option<String> = None;
    /// Who gives partitions to the members of a group: one of them, or the broker (KIP-848, from Kafka 4.0 on).
    kafka_group_protocol: GroupProtocol = GroupProtocol::Classic;
    /// Whether publishing returns when the message is queued, unless the call says otherwise.
    kafka_fire_and_forget: bool = false;
    /// How connections are secured.
    kafka_security_protocol: SecurityProtocol = SecurityProtocol::Plaintext;
    /// How the user name and the password are proved; `OAUTHBEARER` takes a token from the program instead.
    kafka_sasl_mechanism: Option<SaslMechanism> = None;
    /// The user name for SASL.
    kafka_sasl_username: Option<String> = None;
    /// The password for SASL.
    kafka_sasl_password: Option<Secret> = None;
    /// The file with the certificates that brokers are checked against.
    kafka_ssl_cafile: Option<String> = None;
    /// The file with the certificate of this client.
    kafka_ssl_certfile: Option<String> = None;
    /// The file with the private key of that certificate.
    kafka_ssl_keyfile: Option<String> = None;
    /// How batches are compressed.
    kafka_compression_type: CompressionType = CompressionType::None;
    /// How long a message waits for others to share its batch.
    kafka_linger_ms: Duration = ms(0), in 0..=900_000;
    /// The most bytes in a batch; unset: what the client was tuned to.
    kafka_max_batch_size: Option<u32> = None, in 1..=i32::MAX as u32;
    /// How long a broker may take to answer that it has a batch.
    kafka_request_timeout_ms: Duration = ms(30_000), in 1..=900_000;
    /// How long a message may take until it is acknowledged; then its send fails.
    kafka_delivery_timeout_ms: Duration = ms(120_000), in 1..=i32::MAX as u32;
    /// How long the client waits before it repeats a request that failed.
    kafka_retry_backoff_ms: Duration = ms(100), in 1..=300_000;
    /// Where a group starts on a partition for which it has no valid offset; `none`: it ends with an error.
    kafka_auto_offset_reset: OffsetReset = OffsetReset::Earliest;
    /// Whether finished work is committed once per interval; `false`: as soon as it is finished.
    kafka_enable_auto_commit: bool = true;
    /// The interval of these commits.
    kafka_auto_commit_interval_ms: Duration = ms(5_000), in 1..=DAY_MS;
    /// The most records handed on at a time; it does not limit what is fetched ahead.
    kafka_max_poll_records: u32 = 500, in 1..=1_000_000;
    /// How long a member may go without polling before the group goes on without it.
    kafka_max_poll_interval_ms: Duration = ms(300_000), in 1..=DAY_MS;
    /// How long a member may be silent before the group goes on without it.
    kafka_session_timeout_ms: Duration = ms(10_000), in 1..=HOUR_MS;
    /// How often a member says that it is alive.
    kafka_heartbeat_interval_ms: Duration = ms(3_000), in 1..=HOUR_MS;
    /// How often the first connection is tried again before the program gives up.
    kafka_connect_retries: u32 = 10, in 0..=1_000_000;
    /// The wait before the first of these tries.
    kafka_connect_initial_backoff_ms: Duration = ms(300), in 1..=HOUR_MS;
    /// What each wait is multiplied by for the next.
    kafka_connect_backoff_multiplier: f64 = 2.0, in 1..=100;
    /// The longest of these waits.
    kafka_connect_max_backoff_ms: Duration = ms(30_000), in 1..=HOUR_MS;
    /// Whether dead letter topics that are absent are made at start.
    kafka_dlq_auto_create: bool = true;
    /// The registry of Avro schemas.
    kafka_schema_registry_url: Option<RegistryUrl> = None;
    /// Properties handed to librdkafka as they are. One for which there is a setting, or on which a promise of
    /// this crate depends, is refused. Any other counts instead of what this crate sets, such as
    /// `queued.max.messages.kbytes` (16384): how much of each partition is fetched ahead; nothing limits all of them
    /// together.
    kafka_extra: KafkaExtra = KafkaExtra::default();
    /// The server of Redis, which is not written yet. A password in it is never shown.
    redis_url: RedisUrl = RedisUrl::known("redis://localhost:6379/0");
    /// The server of RabbitMQ, which is not written yet. A password in it is never shown; that of the default is
    /// `guest`.
    rabbitmq_url: RabbitmqUrl = RabbitmqUrl::known("amqp://guest:guest@localhost:5672/%2f");
    /// How long a shutdown may take: work in flight, commits, leaving the group.
    shutdown_timeout_ms: Duration = ms(25_000), in 1..=HOUR_MS;
}
