//! Settings that contradict each other.

use super::*;

fn problems_of<const N: usize>(values: [(&str, &str); N]) -> Vec<String> {
    problems(&Sources::default().code(values))
}

#[test]
fn each_rule_is_broken_by_what_it_forbids() {
    let sasl = "needed by kafka_security_protocol, which is SASL_SSL (App::configure)";
    assert_eq!(
        problems_of([("kafka_security_protocol", "SASL_SSL")]),
        [
            format!(
                "kafka_sasl_mechanism (default): unset, but {sasl}; allowed: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER"
            ),
            format!("kafka_sasl_username (default): unset, but {sasl}; allowed: text that is not empty"),
            format!("kafka_sasl_password (default): unset, but {sasl}; allowed: text that is not empty"),
        ]
    );
    for (values, expected) in [
        (
            [
                ("kafka_session_timeout_ms", "300000"),
                ("kafka_max_poll_interval_ms", "300000"),
            ],
            "kafka_session_timeout_ms (App::configure): 300000 must be less than kafka_max_poll_interval_ms, which is \
             300000 (App::configure)",
        ),
        (
            [("kafka_delivery_timeout_ms", "500"), ("kafka_linger_ms", "500")],
            "kafka_delivery_timeout_ms (App::configure): 500 must be more than kafka_linger_ms, which is 500 (App::configure)",
        ),
        (
            [("kafka_connect_max_backoff_ms", "299"), ("service", "s")],
            "kafka_connect_max_backoff_ms (App::configure): 299 must be at least kafka_connect_initial_backoff_ms, which \
             is 300 (default)",
        ),
        (
            [("kafka_ssl_certfile", "c.pem"), ("service", "s")],
            "kafka_ssl_keyfile (default): unset, but needed by kafka_ssl_certfile, which is c.pem (App::configure); \
             allowed: text that is not empty",
        ),
        (
            [("kafka_ssl_keyfile", "k.pem"), ("service", "s")],
            "kafka_ssl_certfile (default): unset, but needed by kafka_ssl_keyfile, which is k.pem (App::configure); \
             allowed: text that is not empty",
        ),
        (
            [("topic_prefix", "a/b"), ("service", "s")],
            "topic_prefix (App::configure): a/b must be at most 200 letters, digits, `.`, `_` or `-`, as topics are \
             named so",
        ),
    ] {
        assert_eq!(problems_of(values), [expected]);
    }
}

#[test]
fn a_heartbeat_as_long_as_the_session_is_refused_and_a_shorter_one_is_not() {
    assert_eq!(problems_of([("kafka_heartbeat_interval_ms", "10000")]).len(), 1);
    load(&Sources::default().code([("kafka_heartbeat_interval_ms", "9999")]));
}

#[test]
fn sasl_with_all_that_it_needs_is_taken() {
    let settings = load(&Sources::default().code([
        ("kafka_security_protocol", "sasl_plaintext"),
        ("kafka_sasl_mechanism", "SCRAM-SHA-256"),
        ("kafka_sasl_username", "u"),
        ("kafka_sasl_password", "p"),
    ]));
    assert_eq!(settings.kafka_security_protocol, SecurityProtocol::SaslPlaintext);
    assert_eq!(settings.kafka_sasl_mechanism, Some(SaslMechanism::ScramSha256));
}

#[test]
fn a_rule_is_silent_about_a_key_that_could_not_be_read() {
    let all = problems_of([
        ("kafka_session_timeout_ms", "soon"),
        ("kafka_heartbeat_interval_ms", "20000"),
    ]);
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(
        all[0].starts_with("kafka_session_timeout_ms (App::configure): found \"soon\""),
        "{all:?}"
    );
}

#[test]
fn what_belongs_to_the_broker_is_refused_where_it_was_given_and_only_there() {
    let settings = load(&Sources::default().code([
        ("kafka_group_protocol", "consumer"),
        ("kafka_max_poll_interval_ms", "5000"),
    ]));
    assert_eq!(settings.kafka_group_protocol, GroupProtocol::Consumer);
    let told = |key: &str, value: &str, property: &str| {
        format!(
            "{key} (App::configure): {value} belongs to the broker (its {property}), so leave it out, with \
             kafka_group_protocol, which is consumer (App::configure)"
        )
    };
    assert_eq!(
        problems_of([
            ("kafka_group_protocol", "consumer"),
            ("kafka_session_timeout_ms", "10000"),
            ("kafka_heartbeat_interval_ms", "3000"),
        ]),
        [
            told(
                "kafka_session_timeout_ms",
                "10000",
                "group.consumer.session.timeout.ms"
            ),
            told(
                "kafka_heartbeat_interval_ms",
                "3000",
                "group.consumer.heartbeat.interval.ms"
            ),
        ]
    );
}

#[test]
fn a_token_stands_for_name_and_password() {
    let settings = [
        ("kafka_security_protocol", "SASL_PLAINTEXT"),
        ("kafka_sasl_mechanism", "oauthbearer"),
    ];
    let settings = Settings::load(&Sources::default().code(settings)).unwrap();
    assert_eq!(settings.kafka_sasl_mechanism, Some(SaslMechanism::OauthBearer));
}
