//! What every client is made from, and the properties of librdkafka that it becomes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};

use super::tokens::Tokens;
use crate::broker::{BrokerError, Subscribe};
use crate::settings::{CompressionType, GroupProtocol, OffsetReset, SaslMechanism, Secret, SecurityProtocol};

/// How many KiB of one partition are fetched ahead; its own queue is what makes that a limit per partition.
///
/// One fetch more (1 MiB) may come on top. Holding a partition leaves this much in memory and fetches nothing twice.
pub const PREFETCH_KIB: u32 = 16_384;

/// How many records of one partition are fetched ahead: more than [`PREFETCH_KIB`] ever holds, so that bytes decide.
pub const PREFETCH_RECORDS: u32 = 1_000_000;

/// How soon a full partition is fetched from again. librdkafka's own 1 s quarters the throughput.
const FETCH_BACKOFF: Duration = Duration::from_millis(5);

/// How long the broker may wait for records before it answers a fetch. A client has one fetch on its way to a broker; a
/// partition that was full when it went out is not in it, and stays without records until the answer comes. What is
/// fetched ahead of it lasts for 70 ms at a million records a second; librdkafka's own 500 ms would starve it.
const FETCH_WAIT: Duration = Duration::from_millis(50);

/// How often topics are looked at, so that one made later is taken up within 10 s.
const TOPIC_REFRESH: Duration = Duration::from_millis(5_000);

/// How long a message waits for a topic that is not there: a new one may still be on its way through the cluster, and
/// one that the broker makes is led within a second. librdkafka's own 30 s are a long time before a name with a typing
/// error.
const TOPIC_GRACE: Duration = Duration::from_millis(5_000);

/// What returned outputs wait for company when `linger` is zero: nobody waits for one of them alone.
const OUTPUT_LINGER: Duration = Duration::from_millis(5);

/// The most messages a producer holds: more than [`QUEUE_KIB`] does of any but the smallest.
const QUEUE_MESSAGES: u32 = 1_000_000;

/// The most KiB a producer holds before it is full.
const QUEUE_KIB: u32 = 131_072;

/// The largest message is for the broker to judge: a topic may take more than librdkafka's own limit of 1 MB.
const MESSAGE_MAX: u32 = 100_000_000;

/// librdkafka takes no assignment without a group's name.
const READER_GROUP: &str = "messaging.reader";

/// librdkafka refuses a socket timeout within a second of the longest fetch.
const SOCKET_TIMEOUT: (u128, u128) = (2_000, 300_000);

/// Told the statistics of a client, as the JSON librdkafka writes, once a second.
#[derive(Clone)]
pub struct StatisticsHook(Arc<Hook>);

type Hook = dyn Fn(&[u8]) + Send + Sync;

impl StatisticsHook {
    /// A hook; it is called on the client's own threads.
    pub fn new(hook: impl Fn(&[u8]) + Send + Sync + 'static) -> StatisticsHook {
        StatisticsHook(Arc::new(hook))
    }

    pub(super) fn tell(&self, statistics: &[u8]) {
        (self.0)(statistics);
    }
}

impl fmt::Debug for StatisticsHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatisticsHook")
    }
}

/// Where Kafka is and how to talk to it; the defaults are those of the settings of the same names (`kafka_…`).
#[derive(Clone, Debug)]
pub struct KafkaConfig {
    /// The servers asked first, `host:port` each.
    pub bootstrap_servers: Vec<String>,
    /// What the broker's logs and quotas call us.
    pub client_id: String,
    /// The member's fixed name in its groups (`group.instance.id`).
    pub instance_id: Option<String>,
    /// Who gives partitions to the members of a group.
    pub group_protocol: GroupProtocol,
    /// How connections are secured.
    pub security_protocol: SecurityProtocol,
    /// How name and password are proved.
    pub sasl_mechanism: Option<SaslMechanism>,
    /// The name.
    pub sasl_username: Option<String>,
    /// The password.
    pub sasl_password: Option<Secret>,
    /// What gives tokens; asked only with the mechanism `OAUTHBEARER`.
    pub tokens: Option<Tokens>,
    /// The certificates of whom to trust.
    pub ssl_cafile: Option<String>,
    /// Our certificate.
    pub ssl_certfile: Option<String>,
    /// Our private key.
    pub ssl_keyfile: Option<String>,
    /// How batches are compressed.
    pub compression_type: CompressionType,
    /// How long a message waits for company. Zero means none for users' sends and 5 ms for returned outputs.
    pub linger: Duration,
    /// The most bytes of a batch; `None`: librdkafka's.
    pub max_batch_size: Option<u32>,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How long a user's message may take until it is acknowledged.
    pub delivery_timeout: Duration,
    /// How long to wait before a request is sent again.
    pub retry_backoff: Duration,
    /// After which silence the broker takes a member for dead; classic groups only.
    pub session_timeout: Duration,
    /// How often a member says that it lives; classic groups only.
    pub heartbeat_interval: Duration,
    /// After how long without polling a member gives itself up.
    pub max_poll_interval: Duration,
    /// Properties of librdkafka, handed on as they are, behind ours.
    pub extra: BTreeMap<String, String>,
    /// Told each subscription's statistics; `None` switches them off.
    pub statistics: Option<StatisticsHook>,
}

impl Default for KafkaConfig {
    fn default() -> Self {
        KafkaConfig {
            bootstrap_servers: vec!["localhost:9092".to_owned()],
            client_id: "messaging".to_owned(),
            instance_id: None,
            group_protocol: GroupProtocol::Classic,
            security_protocol: SecurityProtocol::Plaintext,
            sasl_mechanism: None,
            sasl_username: None,
            sasl_password: None,
            tokens: None,
            ssl_cafile: None,
            ssl_certfile: None,
            ssl_keyfile: None,
            compression_type: CompressionType::None,
            linger: Duration::ZERO,
            max_batch_size: None,
            request_timeout: Duration::from_secs(30),
            delivery_timeout: Duration::from_secs(120),
            retry_backoff: Duration::from_millis(100),
            session_timeout: Duration::from_secs(10),
            heartbeat_interval: Duration::from_secs(3),
            max_poll_interval: Duration::from_secs(300),
            extra: BTreeMap::new(),
            statistics: None,
        }
    }
}

impl KafkaConfig {
    /// The servers in one text, as librdkafka takes them and errors show them.
    pub fn address(&self) -> String {
        self.bootstrap_servers.join(",")
    }

    /// Refuses what this build cannot do, and tokens that nobody gives. `origin` says where a setting comes from, to be
    /// put behind its value.
    pub(crate) fn check(&self, origin: impl Fn(&str) -> String) -> Result<(), BrokerError> {
        self.check_build(cfg!(feature = "kafka-tls"), origin)
    }

    fn check_build(&self, has_openssl: bool, origin: impl Fn(&str) -> String) -> Result<(), BrokerError> {
        match self.asks_for_openssl() {
            Some((key, value)) if !has_openssl => Err(BrokerError::Setting(format!(
                "{key} is {value}{}, but TLS, SCRAM and OAUTHBEARER are not compiled in; build `messaging` with the feature \"kafka-tls\"",
                origin(key)
            ))),
            _ if self.asks_for_tokens() && self.tokens.is_none() => Err(BrokerError::Setting(format!(
                "kafka_sasl_mechanism is OAUTHBEARER{}, and nothing gives tokens; give a function with App::kafka_token, or \
                 with Settings::kafka_token or configure_kafka_token where there is no App",
                origin("kafka_sasl_mechanism")
            ))),
            _ => Ok(()),
        }
    }

    fn asks_for_tokens(&self) -> bool {
        self.security_protocol.is_sasl() && self.sasl_mechanism == Some(SaslMechanism::OauthBearer)
    }

    /// What gives tokens, unless we prove who we are by something else.
    pub(super) fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref().filter(|_| self.asks_for_tokens())
    }

    /// The setting that does, and its value.
    fn asks_for_openssl(&self) -> Option<(&'static str, &'static str)> {
        let security = self.security_protocol;
        if security.is_ssl() {
            return Some(("kafka_security_protocol", security.as_str()));
        }
        let mechanism = self.sasl_mechanism.filter(|_| security.is_sasl())?;
        (mechanism != SaslMechanism::Plain).then_some(("kafka_sasl_mechanism", mechanism.as_str()))
    }

    /// For asking about topics and groups.
    pub(super) fn admin(&self) -> ClientConfig {
        let mut config = self.common();
        self.finish(&mut config);
        config
    }

    /// For a group's committed offsets; it never joins.
    pub(super) fn observer(&self, group: &str) -> ClientConfig {
        let mut config = self.common();
        config.set("group.id", group);
        config.set("enable.auto.commit", "false");
        self.finish(&mut config);
        config
    }

    /// For users' sends.
    pub(super) fn user_producer(&self) -> ClientConfig {
        let mut config = self.producer(self.linger);
        config.set("message.timeout.ms", ms(self.delivery_timeout));
        self.finish(&mut config);
        config
    }

    /// For what a subscription returns and dead-letters: sent again until acknowledged.
    pub(super) fn output_producer(&self) -> ClientConfig {
        let linger = if self.linger.is_zero() {
            OUTPUT_LINGER
        } else {
            self.linger
        };
        let mut config = self.producer(linger);
        // What fails is sent again, so nothing behind it may be written before: the client stops instead.
        config.set("enable.gapless.guarantee", "true");
        config.set("message.timeout.ms", "0");
        self.finish(&mut config);
        config
    }

    /// For a member of a group.
    pub(super) fn consumer(&self, request: &Subscribe) -> ClientConfig {
        let mut config = self.common();
        config
            .set("group.id", &request.group)
            .set("auto.offset.reset", reset(request.reset))
            .set("group.protocol", self.group_protocol.as_str())
            .set("max.poll.interval.ms", ms(self.max_poll_interval))
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("enable.partition.eof", "false")
            .set("isolation.level", "read_committed")
            .set("fetch.queue.backoff.ms", ms(FETCH_BACKOFF))
            .set("fetch.wait.max.ms", ms(FETCH_WAIT))
            .set("queued.min.messages", PREFETCH_RECORDS.to_string())
            .set("queued.max.messages.kbytes", PREFETCH_KIB.to_string());
        // With the other protocol the broker decides these, and librdkafka refuses them.
        if self.group_protocol == GroupProtocol::Classic {
            config
                .set("session.timeout.ms", ms(self.session_timeout))
                .set("heartbeat.interval.ms", ms(self.heartbeat_interval))
                .set("partition.assignment.strategy", "cooperative-sticky");
        }
        set_if(&mut config, "group.instance.id", self.instance_id.as_deref());
        if self.statistics.is_some() {
            config.set("statistics.interval.ms", "1000");
        }
        self.finish(&mut config);
        config
    }

    /// For reading partitions that are named. A group has to be named too; it is neither joined nor committed to.
    pub(super) fn reader(&self) -> ClientConfig {
        let mut config = self.common();
        config
            .set("group.id", READER_GROUP)
            .set("auto.offset.reset", reset(OffsetReset::Earliest))
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("enable.partition.eof", "true")
            .set("isolation.level", "read_committed")
            .set("fetch.queue.backoff.ms", ms(FETCH_BACKOFF))
            .set("fetch.wait.max.ms", ms(FETCH_WAIT))
            .set("queued.max.messages.kbytes", PREFETCH_KIB.to_string());
        self.finish(&mut config);
        config
    }

    fn producer(&self, linger: Duration) -> ClientConfig {
        let mut config = self.common();
        config
            .set("acks", "all")
            // Who publishes makes an absent topic, where the broker allows it; who only reads or looks never does.
            .set("allow.auto.create.topics", "true")
            .set("topic.metadata.propagation.max.ms", ms(TOPIC_GRACE))
            .set("enable.idempotence", "true")
            .set("partitioner", "murmur2_random")
            .set("compression.type", self.compression_type.as_str())
            .set("linger.ms", ms(linger))
            .set("request.timeout.ms", ms(self.request_timeout))
            // What waits for acknowledgements is bounded by bytes.
            .set("queue.buffering.max.messages", QUEUE_MESSAGES.to_string())
            .set("queue.buffering.max.kbytes", QUEUE_KIB.to_string())
            .set("message.max.bytes", MESSAGE_MAX.to_string());
        let batch = self.max_batch_size.map(|size| size.to_string());
        set_if(&mut config, "batch.size", batch.as_deref());
        config
    }

    fn common(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        let socket = self
            .request_timeout
            .as_millis()
            .clamp(SOCKET_TIMEOUT.0, SOCKET_TIMEOUT.1);
        config
            .set("bootstrap.servers", self.address())
            .set("client.id", &self.client_id)
            .set("allow.auto.create.topics", "false")
            .set("topic.metadata.refresh.interval.ms", ms(TOPIC_REFRESH))
            .set("socket.timeout.ms", socket.to_string())
            .set("retry.backoff.ms", ms(self.retry_backoff))
            .set(
                "retry.backoff.max.ms",
                ms(self.retry_backoff.max(Duration::from_secs(1))),
            )
            .set("reconnect.backoff.max.ms", "1000")
            .set("security.protocol", self.security_protocol.as_str());
        config.set_log_level(RDKafkaLogLevel::Info);
        self.secure(&mut config);
        config
    }

    fn secure(&self, config: &mut ClientConfig) {
        let mechanism = self.sasl_mechanism.map(SaslMechanism::as_str);
        set_if(config, "sasl.mechanism", mechanism);
        set_if(config, "sasl.username", self.sasl_username.as_deref());
        set_if(
            config,
            "sasl.password",
            self.sasl_password.as_ref().map(Secret::expose),
        );
        set_if(config, "ssl.ca.location", self.ssl_cafile.as_deref());
        set_if(config, "ssl.certificate.location", self.ssl_certfile.as_deref());
        set_if(config, "ssl.key.location", self.ssl_keyfile.as_deref());
    }

    fn finish(&self, config: &mut ClientConfig) {
        for (name, value) in &self.extra {
            config.set(name, value);
        }
    }
}

fn set_if(config: &mut ClientConfig, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        config.set(name, value);
    }
}

fn ms(duration: Duration) -> String {
    duration.as_millis().to_string()
}

fn reset(reset: OffsetReset) -> &'static str {
    match reset {
        OffsetReset::Earliest => "earliest",
        OffsetReset::Latest => "latest",
        // librdkafka's word for: tell it, and fetch nothing.
        OffsetReset::None => "error",
    }
}

#[cfg(test)]
pub(super) mod tests;
