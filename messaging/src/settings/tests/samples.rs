//! Values of every key, good and bad.

/// What a key is tried with.
pub(super) struct Sample {
    /// Two values, as written in TOML, that differ in how they are shown.
    pub(super) good: [&'static str; 2],
    /// Values that the file must not have, as written in TOML.
    pub(super) bad: &'static [&'static str],
    /// Values that a variable must not have; none for keys that take any text.
    pub(super) bad_text: &'static [&'static str],
}

/// A value as a variable has it, from how it is written in TOML.
pub(super) fn as_text(toml: &str) -> String {
    match toml.strip_prefix('{') {
        Some(table) => table
            .trim_end_matches('}')
            .replace(['\'', ' '], "")
            .replace(',', ";"),
        None => toml.trim_matches('\'').to_owned(),
    }
}

const TEXT: Sample = Sample {
    good: ["'one'", "'two'"],
    bad: &["''", "5", "true", "1.5", "[]", "{}", "2024-01-01"],
    bad_text: &[],
};

const SWITCH: Sample = Sample {
    good: ["false", "true"],
    bad: &["'yes'", "'true'", "1", "[true]"],
    bad_text: &["yes", "1", "truefalse"],
};

const fn number(good: [&'static str; 2]) -> Sample {
    Sample {
        good,
        bad: &["'5'", "-1", "1.5", "true", "[1]", "99999999999", "nan"],
        bad_text: &["5s", "-1", "1.5", "true", "99999999999", "1_000"],
    }
}

pub(super) fn of(key: &str) -> Sample {
    match key {
        "message_broker" => Sample {
            good: ["'redis'", "'rabbitmq'"],
            bad: &["'pulsar'", "''", "1", "true"],
            bad_text: &["pulsar", "kafka,memory"],
        },
        "kafka_backend" => Sample {
            good: ["'native'", "'librdkafka'"],
            bad: &["'java'", "''", "1", "true"],
            bad_text: &["java", "rdkafka"],
        },
        "kafka_group_protocol" => Sample {
            good: ["'consumer'", "'classic'"],
            bad: &["'KIP-848'", "''", "1", "true"],
            bad_text: &["share", "cooperative"],
        },
        "kafka_schema_registry_url" => Sample {
            good: ["'http://registry:8081'", "'https://registry/path'"],
            bad: &[
                "'registry:8081'",
                "'ftp://registry'",
                "''",
                "8081",
                "['http://a']",
            ],
            bad_text: &["registry", "redis://registry"],
        },
        "redis_url" => Sample {
            good: ["'redis://cache:6379/1'", "'rediss://cache'"],
            bad: &["'cache:6379'", "'http://cache'", "''", "6379"],
            bad_text: &["cache", "amqp://cache"],
        },
        "rabbitmq_url" => Sample {
            good: ["'amqp://rabbit:5672/%2f'", "'amqps://rabbit/shop'"],
            bad: &["'rabbit:5672'", "'http://rabbit'", "''", "5672"],
            bad_text: &["rabbit", "redis://rabbit"],
        },
        "kafka_bootstrap_servers" => Sample {
            good: ["'a:9092,b:9093'", "'c'"],
            bad: &[
                "''",
                "'a,,b'",
                "'a:0'",
                "'a:65536'",
                "'http://a:1'",
                "'::1'",
                "[]",
                "[1]",
                "9092",
            ],
            bad_text: &[
                ",",
                "a,,b",
                "a:",
                "a:0",
                "a:65536",
                "a:b",
                "http://a:1",
                "::1",
                "a b",
                ":1",
            ],
        },
        "kafka_security_protocol" => Sample {
            good: ["'SSL'", "'PLAINTEXT'"],
            bad: &["'TLS'", "'SASL'", "''", "1", "true"],
            bad_text: &["TLS", "SASL"],
        },
        "kafka_sasl_mechanism" => Sample {
            good: ["'OAUTHBEARER'", "'SCRAM-SHA-512'"],
            bad: &["'OAUTH'", "'SCRAM'", "''", "256"],
            bad_text: &["OAUTH", "SCRAM"],
        },
        "kafka_compression_type" => Sample {
            good: ["'zstd'", "'lz4'"],
            bad: &["'brotli'", "''", "1", "false"],
            bad_text: &["brotli", "gz"],
        },
        "kafka_auto_offset_reset" => Sample {
            good: ["'latest'", "'none'"],
            bad: &["'smallest'", "''", "0", "true"],
            bad_text: &["smallest", "0"],
        },
        "kafka_connect_backoff_multiplier" => Sample {
            good: ["1.5", "3"],
            bad: &["0.5", "0", "-2", "101", "inf", "nan", "'2'", "true"],
            bad_text: &["0.5", "-2", "101", "inf", "nan", "two"],
        },
        "kafka_extra" => Sample {
            good: ["{'log_level' = '7'}", "{'debug' = 'all', 'log_level' = '6'}"],
            bad: &[
                "{'acks' = '1'}",
                "{'sasl.username' = 'x'}",
                "{'a' = [1]}",
                "'a=b'",
                "1",
                "[]",
            ],
            bad_text: &["acks=1", "sasl.username=x", "debug", "=1"],
        },
        "service"
        | "topic_prefix"
        | "kafka_client_id"
        | "kafka_group_id"
        | "kafka_instance_id"
        | "kafka_sasl_username"
        | "kafka_sasl_password"
        | "kafka_ssl_cafile"
        | "kafka_ssl_certfile"
        | "kafka_ssl_keyfile" => TEXT,
        "kafka_enabled" | "kafka_fire_and_forget" | "kafka_enable_auto_commit" | "kafka_dlq_auto_create" => {
            SWITCH
        }
        "kafka_linger_ms"
        | "kafka_max_batch_size"
        | "kafka_request_timeout_ms"
        | "kafka_retry_backoff_ms"
        | "kafka_auto_commit_interval_ms"
        | "kafka_max_poll_records"
        | "kafka_heartbeat_interval_ms"
        | "kafka_connect_retries"
        | "kafka_connect_initial_backoff_ms"
        | "shutdown_timeout_ms" => number(["4001", "4002"]),
        "kafka_delivery_timeout_ms"
        | "kafka_max_poll_interval_ms"
        | "kafka_session_timeout_ms"
        | "kafka_connect_max_backoff_ms" => number(["20001", "20002"]),
        _ => panic!("{key} has no sample yet: give it two good values and the bad ones"),
    }
}

/// What has to be said beside a key, so that its samples break no rule.
pub(super) fn companions(key: &str) -> &'static [(&'static str, &'static str)] {
    match key {
        "kafka_ssl_certfile" => &[("kafka_ssl_keyfile", "key.pem")],
        "kafka_ssl_keyfile" => &[("kafka_ssl_certfile", "cert.pem")],
        "kafka_connect_initial_backoff_ms" => &[("kafka_connect_max_backoff_ms", "5000")],
        _ => &[],
    }
}
