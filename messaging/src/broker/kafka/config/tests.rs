use std::collections::BTreeSet;

use super::*;
use crate::settings::{Settings, Sources, TUNED, Token, is_owned, setting_of};

fn request() -> Subscribe {
    Subscribe {
        group: "g".to_owned(),
        topics: vec!["t".to_owned()],
        reset: OffsetReset::Earliest,
        revoke_deadline: Duration::from_secs(1),
        max_poll_records: 500,
        publishes: true,
    }
}

/// Each field another value than its default.
fn unusual() -> KafkaConfig {
    KafkaConfig {
        bootstrap_servers: vec!["a:1".to_owned(), "b:2".to_owned()],
        client_id: "me".to_owned(),
        instance_id: Some("one".to_owned()),
        group_protocol: GroupProtocol::Classic,
        security_protocol: SecurityProtocol::SaslSsl,
        sasl_mechanism: Some(SaslMechanism::ScramSha512),
        sasl_username: Some("user".to_owned()),
        sasl_password: Some(Secret::from("pass".to_owned())),
        tokens: None,
        ssl_cafile: Some("ca.pem".to_owned()),
        ssl_certfile: Some("cert.pem".to_owned()),
        ssl_keyfile: Some("key.pem".to_owned()),
        compression_type: CompressionType::Gzip,
        linger: Duration::from_millis(7),
        max_batch_size: Some(12_345),
        request_timeout: Duration::from_millis(11_000),
        delivery_timeout: Duration::from_millis(13_000),
        retry_backoff: Duration::from_millis(170),
        session_timeout: Duration::from_millis(19_000),
        heartbeat_interval: Duration::from_millis(2_300),
        max_poll_interval: Duration::from_millis(29_000),
        extra: BTreeMap::from([("socket.keepalive.enable".to_owned(), "true".to_owned())]),
        statistics: Some(StatisticsHook::new(|_| {})),
    }
}

fn has(config: &ClientConfig, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(config.get(name), Some(*value), "{name}");
    }
}

const EVERYWHERE: &[(&str, &str)] = &[
    ("bootstrap.servers", "a:1,b:2"),
    ("client.id", "me"),
    ("security.protocol", "SASL_SSL"),
    ("sasl.mechanism", "SCRAM-SHA-512"),
    ("sasl.username", "user"),
    ("sasl.password", "pass"),
    ("ssl.ca.location", "ca.pem"),
    ("ssl.certificate.location", "cert.pem"),
    ("ssl.key.location", "key.pem"),
    ("socket.timeout.ms", "11000"),
    ("retry.backoff.ms", "170"),
    ("socket.keepalive.enable", "true"),
];

#[test]
fn what_is_common_reaches_every_client() {
    for client in clients(&unusual()) {
        has(&client, EVERYWHERE);
    }
}

/// Each kind of client.
fn clients(config: &KafkaConfig) -> [ClientConfig; 5] {
    [
        config.admin(),
        config.observer("g"),
        config.user_producer(),
        config.output_producer(),
        config.consumer(&request()),
    ]
}

#[test]
fn a_mechanism_of_tokens_needs_somebody_to_give_them() {
    let config = KafkaConfig {
        security_protocol: SecurityProtocol::SaslPlaintext,
        sasl_mechanism: Some(SaslMechanism::OauthBearer),
        ..KafkaConfig::default()
    };
    let checked =
        |config: &KafkaConfig, has_openssl| config.check_build(has_openssl, |_| " (here)".to_owned());
    let refused = |has_openssl| checked(&config, has_openssl).unwrap_err().to_string();
    assert_eq!(
        refused(true),
        "kafka_sasl_mechanism is OAUTHBEARER (here), and nothing gives tokens; give a function with App::kafka_token, or \
         with Settings::kafka_token or configure_kafka_token where there is no App"
    );
    assert!(refused(false).ends_with("with the feature \"kafka-tls\""));
    let given = KafkaConfig {
        tokens: Some(tokens()),
        ..config.clone()
    };
    checked(&given, true).unwrap();
    assert!(given.tokens().is_some());
    has(&given.admin(), &[("sasl.mechanism", "OAUTHBEARER")]);
}

#[test]
fn tokens_are_left_alone_where_nothing_asks_for_them() {
    for (security_protocol, sasl_mechanism) in [
        (SecurityProtocol::Plaintext, None),
        (SecurityProtocol::Plaintext, Some(SaslMechanism::OauthBearer)),
        (SecurityProtocol::SaslPlaintext, Some(SaslMechanism::Plain)),
    ] {
        let config = KafkaConfig {
            security_protocol,
            sasl_mechanism,
            tokens: Some(tokens()),
            ..KafkaConfig::default()
        };
        config.check_build(false, |_| String::new()).unwrap();
        assert!(config.tokens().is_none(), "{config:?}");
    }
}

fn tokens() -> Tokens {
    Tokens::new(|| async { Ok::<_, std::io::Error>(Token::new("t", Duration::from_secs(60))) })
}

#[test]
fn who_publishes_makes_absent_topics_and_nobody_else() {
    let config = unusual();
    for producer in [config.user_producer(), config.output_producer()] {
        has(&producer, &[("allow.auto.create.topics", "true")]);
        has(&producer, &[("topic.metadata.propagation.max.ms", "5000")]);
    }
    for other in [
        config.admin(),
        config.observer("g"),
        config.reader(),
        config.consumer(&request()),
    ] {
        has(&other, &[("allow.auto.create.topics", "false")]);
    }
}

#[test]
fn an_operator_may_set_what_is_tuned_and_nothing_else_that_is_set_here() {
    let config = KafkaConfig {
        extra: BTreeMap::new(),
        ..unusual()
    };
    let clients = clients(&config);
    let set: BTreeSet<&str> = clients
        .iter()
        .flat_map(|client| client.config_map().into_keys())
        .collect();
    let may: Vec<&str> = set.into_iter().filter(|name| !is_owned(name)).collect();
    assert_eq!(may, TUNED, "all that is set is refused or tuned");
}

#[test]
fn what_an_operator_sets_again_counts() {
    let again = |name: &&str| ((*name).to_owned(), "1234".to_owned());
    let config = KafkaConfig {
        extra: TUNED.iter().map(again).collect(),
        ..unusual()
    };
    for client in clients(&config) {
        TUNED.iter().for_each(|name| has(&client, &[(name, "1234")]));
    }
}

#[test]
fn a_member_gets_its_keys_and_never_commits_by_itself() {
    has(
        &unusual().consumer(&request()),
        &[
            ("group.id", "g"),
            ("group.instance.id", "one"),
            ("auto.offset.reset", "earliest"),
            ("session.timeout.ms", "19000"),
            ("heartbeat.interval.ms", "2300"),
            ("max.poll.interval.ms", "29000"),
            ("statistics.interval.ms", "1000"),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("isolation.level", "read_committed"),
            ("partition.assignment.strategy", "cooperative-sticky"),
        ],
    );
    let none = Subscribe {
        reset: OffsetReset::None,
        ..request()
    };
    has(&unusual().consumer(&none), &[("auto.offset.reset", "error")]);
    let latest = Subscribe {
        reset: OffsetReset::Latest,
        ..request()
    };
    has(&unusual().consumer(&latest), &[("auto.offset.reset", "latest")]);
    assert_eq!(
        KafkaConfig::default()
            .consumer(&request())
            .get("statistics.interval.ms"),
        None
    );
}

#[test]
fn where_the_broker_gives_partitions_its_own_keys_are_left_to_it() {
    let config = from_file("kafka_group_protocol = 'consumer'").consumer(&request());
    has(
        &config,
        &[("group.protocol", "consumer"), ("max.poll.interval.ms", "300000")],
    );
    for name in [
        "session.timeout.ms",
        "heartbeat.interval.ms",
        "partition.assignment.strategy",
    ] {
        assert_eq!(config.get(name), None, "{name}");
    }
    config.create_native_config().unwrap();
    has(
        &from_file("").consumer(&request()),
        &[("group.protocol", "classic")],
    );
}

#[test]
fn both_producers_are_idempotent_and_place_keys_as_java_does() {
    let always = [
        ("acks", "all"),
        ("enable.idempotence", "true"),
        ("partitioner", "murmur2_random"),
        ("compression.type", "gzip"),
        ("batch.size", "12345"),
        ("request.timeout.ms", "11000"),
    ];
    let (user, output) = (unusual().user_producer(), unusual().output_producer());
    has(&user, &always);
    has(&user, &[("message.timeout.ms", "13000"), ("linger.ms", "7")]);
    has(&output, &always);
    has(
        &output,
        &[
            ("message.timeout.ms", "0"),
            ("linger.ms", "7"),
            ("enable.gapless.guarantee", "true"),
        ],
    );
}

#[test]
fn without_linger_outputs_still_wait_for_company() {
    let config = KafkaConfig::default();
    has(&config.user_producer(), &[("linger.ms", "0")]);
    has(&config.output_producer(), &[("linger.ms", "5")]);
}

#[test]
fn librdkafka_takes_the_defaults_and_the_shortest_timeout() {
    let short = KafkaConfig {
        request_timeout: Duration::from_millis(1),
        ..KafkaConfig::default()
    };
    for config in [KafkaConfig::default(), short] {
        for client in [
            config.user_producer(),
            config.output_producer(),
            config.consumer(&request()),
            config.admin(),
        ] {
            client.create_native_config().unwrap();
        }
    }
}

#[test]
fn librdkafka_has_every_compression() {
    for word in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let config = from_file(&format!("kafka_compression_type = '{word}'"));
        has(&config.user_producer(), &[("compression.type", word)]);
        config.user_producer().create_native_config().unwrap();
    }
}

#[test]
#[cfg(not(feature = "kafka-tls"))]
fn what_is_not_built_in_is_refused_by_its_feature() {
    let refused = |config: KafkaConfig| {
        let origin = |key: &str| format!(" ({key}.toml:3)");
        config.check(origin).unwrap_err().to_string()
    };
    let ssl = KafkaConfig {
        security_protocol: SecurityProtocol::Ssl,
        ..KafkaConfig::default()
    };
    assert_eq!(
        refused(ssl),
        "kafka_security_protocol is SSL (kafka_security_protocol.toml:3), but TLS, SCRAM and OAUTHBEARER are not compiled in; \
         build `messaging` with the feature \"kafka-tls\""
    );
    let scram = KafkaConfig {
        security_protocol: SecurityProtocol::SaslPlaintext,
        ..unusual()
    };
    assert!(
        refused(scram).starts_with("kafka_sasl_mechanism is SCRAM-SHA-512 (kafka_sasl_mechanism.toml:3), ")
    );
    let plain = KafkaConfig {
        security_protocol: SecurityProtocol::SaslPlaintext,
        sasl_mechanism: Some(SaslMechanism::Plain),
        ..KafkaConfig::default()
    };
    assert!(plain.check(|_| String::new()).is_ok());
}

fn from_file(text: &str) -> KafkaConfig {
    let sources = Sources::default().file("messaging.toml", &format!("[messaging]\n{text}"));
    KafkaConfig::from(&Settings::load(&sources).unwrap())
}

#[test]
fn the_defaults_are_those_of_the_settings() {
    assert_eq!(
        format!("{:?}", KafkaConfig::default()),
        format!("{:?}", from_file(""))
    );
}

#[test]
fn every_setting_reaches_its_field() {
    let text = "
        kafka_bootstrap_servers = ['a:1', 'b:2']
        kafka_client_id = 'me'
        kafka_instance_id = 'one'
        kafka_security_protocol = 'SASL_SSL'
        kafka_sasl_mechanism = 'SCRAM-SHA-512'
        kafka_sasl_username = 'user'
        kafka_sasl_password = 'pass'
        kafka_ssl_cafile = 'ca.pem'
        kafka_ssl_certfile = 'cert.pem'
        kafka_ssl_keyfile = 'key.pem'
        kafka_compression_type = 'gzip'
        kafka_linger_ms = 7
        kafka_max_batch_size = 12345
        kafka_request_timeout_ms = 11000
        kafka_delivery_timeout_ms = 13000
        kafka_retry_backoff_ms = 170
        kafka_session_timeout_ms = 19000
        kafka_heartbeat_interval_ms = 2300
        kafka_max_poll_interval_ms = 29000
        kafka_extra = { 'socket.keepalive.enable' = 'true' }
    ";
    let given = from_file(text);
    let expected = KafkaConfig {
        statistics: None,
        ..unusual()
    };
    assert_eq!(format!("{given:?}"), format!("{expected:?}"));
    // Debug hides it.
    assert_eq!(given.sasl_password.as_ref().map(Secret::expose), Some("pass"));
}

/// Each setting that librdkafka is told, with another value than its default, and the property that it becomes.
pub(crate) const REACHES: &[(&str, &str, &str, &str)] = &[
    (
        "kafka_bootstrap_servers",
        "['a:1', 'b:2']",
        "bootstrap.servers",
        "a:1,b:2",
    ),
    ("kafka_client_id", "'me'", "client.id", "me"),
    ("kafka_instance_id", "'one'", "group.instance.id", "one"),
    ("kafka_group_protocol", "'consumer'", "group.protocol", "consumer"),
    ("kafka_security_protocol", "'SSL'", "security.protocol", "SSL"),
    (
        "kafka_sasl_mechanism",
        "'SCRAM-SHA-512'",
        "sasl.mechanism",
        "SCRAM-SHA-512",
    ),
    ("kafka_sasl_username", "'user'", "sasl.username", "user"),
    ("kafka_sasl_password", "'pass'", "sasl.password", "pass"),
    ("kafka_ssl_cafile", "'ca.pem'", "ssl.ca.location", "ca.pem"),
    (
        "kafka_ssl_certfile",
        "'cert.pem'",
        "ssl.certificate.location",
        "cert.pem",
    ),
    ("kafka_ssl_keyfile", "'key.pem'", "ssl.key.location", "key.pem"),
    ("kafka_compression_type", "'zstd'", "compression.type", "zstd"),
    ("kafka_linger_ms", "7", "linger.ms", "7"),
    ("kafka_max_batch_size", "12345", "batch.size", "12345"),
    ("kafka_request_timeout_ms", "11000", "request.timeout.ms", "11000"),
    (
        "kafka_delivery_timeout_ms",
        "13000",
        "message.timeout.ms",
        "13000",
    ),
    ("kafka_retry_backoff_ms", "170", "retry.backoff.ms", "170"),
    (
        "kafka_max_poll_interval_ms",
        "29000",
        "max.poll.interval.ms",
        "29000",
    ),
    ("kafka_session_timeout_ms", "19000", "session.timeout.ms", "19000"),
    (
        "kafka_heartbeat_interval_ms",
        "2300",
        "heartbeat.interval.ms",
        "2300",
    ),
    (
        "kafka_extra",
        "{ 'socket.keepalive.enable' = 'true' }",
        "socket.keepalive.enable",
        "true",
    ),
];

#[test]
fn a_refused_property_is_answered_by_its_setting() {
    for (key, _, property, _) in REACHES.iter().filter(|(.., property, _)| is_owned(property)) {
        assert_eq!(setting_of(property), Some(*key), "{property}");
    }
}

#[test]
fn each_setting_reaches_a_client_as_its_property() {
    for (key, value, property, expected) in REACHES {
        let companion = match *key {
            "kafka_ssl_certfile" => "kafka_ssl_keyfile = 'k'",
            "kafka_ssl_keyfile" => "kafka_ssl_certfile = 'c'",
            _ => "",
        };
        let [unset, set] = ["", &format!("{key} = {value}\n{companion}")].map(from_file);
        let has = |config: &KafkaConfig| {
            clients(config)
                .iter()
                .any(|client| client.get(property) == Some(*expected))
        };
        assert!(has(&set), "{key}");
        assert!(!has(&unset), "{key} is proved by another value than the default");
    }
}
