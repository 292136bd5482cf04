//! Every key refuses what it does not take, and everything wrong is said at once.

use std::time::Duration;

use super::samples;
use super::*;
use crate::settings::keys::KEYS;

#[test]
fn every_key_refuses_bad_values_from_the_file_and_says_where_and_what_is_allowed() {
    for key in KEYS {
        for bad in samples::of(key.name).bad {
            let sources =
                Sources::default().file("messaging.toml", &format!("\n[messaging]\n{} = {bad}", key.name));
            let all = problems(&sources);
            assert_eq!(all.len(), 1, "{} = {bad}: {all:?}", key.name);
            let place = format!("{} (messaging.toml:3): ", key.name);
            assert!(all[0].starts_with(&place), "{} = {bad}: {all:?}", key.name);
            let allowed = format!("; allowed: {}", (key.allowed)());
            let is_date = *bad == "2024-01-01";
            assert!(
                is_date || all[0].ends_with(&allowed),
                "{} = {bad}: {all:?}",
                key.name
            );
        }
    }
}

#[test]
fn every_key_that_does_not_take_any_text_refuses_bad_variables() {
    for key in KEYS {
        let bad_text = samples::of(key.name).bad_text;
        let takes_any_text = (key.allowed)() == "text that is not empty";
        assert_eq!(bad_text.is_empty(), takes_any_text, "{}", key.name);
        for text in bad_text {
            let variable = key.environment();
            let all = problems(&Sources::default().environment([(&variable, text)]));
            assert_eq!(all.len(), 1, "{} = {text}: {all:?}", key.name);
            let place = format!("{} (environment {variable}): found ", key.name);
            assert!(all[0].starts_with(&place), "{} = {text}: {all:?}", key.name);
        }
    }
}

#[test]
fn limits_hold_at_both_ends() {
    for (key, least, most) in [
        ("kafka_linger_ms", 0_i64, 900_000),
        ("kafka_max_batch_size", 1, 2_147_483_647),
        ("kafka_delivery_timeout_ms", 1, 2_147_483_647),
        ("kafka_max_poll_records", 1, 1_000_000),
        ("kafka_connect_backoff_multiplier", 1, 100),
    ] {
        // A long linger needs a longer delivery; where that is the key itself, the later value counts.
        let sources = |value| {
            Sources::default()
                .code([("kafka_delivery_timeout_ms", i32::MAX)])
                .code([(key, value)])
        };
        assert_eq!(shown(&load(&sources(least)), key), Some(least.to_string()));
        assert_eq!(shown(&load(&sources(most)), key), Some(most.to_string()));
        assert!(Settings::load(&sources(least - 1)).is_err(), "{key}");
        assert!(Settings::load(&sources(most + 1)).is_err(), "{key}");
    }
}

#[test]
fn keys_that_do_not_exist_are_refused_in_code_and_file_and_warned_of_in_the_environment() {
    let sources = Sources::default()
        .code([("kafka_lingr_ms", 5)])
        .app_defaults([("brokr", "memory")])
        .file(
            "conf/m.toml",
            "[messaging]\nkafka_linger = 5\n[app]\nanything = 1",
        )
        .environment([("KAFKA_LINGR_MS", "5")]);
    assert_eq!(
        problems(&sources),
        [
            "kafka_lingr_ms (App::configure): there is no such setting; did you mean kafka_linger_ms?",
            "brokr (App::defaults): there is no such setting",
            "kafka_linger (conf/m.toml:2): there is no such setting; did you mean kafka_linger_ms?",
        ]
    );
}

#[test]
fn problems_of_all_layers_and_rules_are_reported_at_once_one_a_line() {
    let sources = Sources::default()
        .code([("kafka_enabled", "perhaps")])
        .environment([
            ("KAFKA_LINGER_MS", "5s"),
            ("KAFKA_HEARTBEAT_INTERVAL_MS", "10000"),
        ])
        .file(
            "messaging.toml",
            "[messaging]\nkafka_linger_ms = \"7\"\nservice = 2024-01-01",
        )
        .app_defaults([("message_broker", "pigeons")]);
    let error = Settings::load(&sources).expect_err("each layer has a problem");
    assert_eq!(
        error.to_string(),
        "the settings cannot be used, change what follows
  service (messaging.toml:3): a date, which no setting takes; write it as text, in quotes
  kafka_enabled (App::configure): found \"perhaps\"; allowed: true, false
  kafka_linger_ms (environment KAFKA_LINGER_MS): found \"5s\"; allowed: whole milliseconds from 0 to 900000
  kafka_linger_ms (messaging.toml:2): found \"7\"; allowed: whole milliseconds from 0 to 900000
  message_broker (App::defaults): found \"pigeons\"; allowed: kafka, redis, rabbitmq, memory
  kafka_heartbeat_interval_ms (environment KAFKA_HEARTBEAT_INTERVAL_MS): 10000 must be less than \
         kafka_session_timeout_ms, which is 10000 (default)"
    );
}

#[test]
fn typed_values_in_code_reach_keys_of_their_type_only() {
    let sources = Sources::default()
        .code([("kafka_linger_ms", Duration::from_millis(7))])
        .code([("kafka_dlq_auto_create", false)])
        .code([("kafka_connect_backoff_multiplier", 1.5)])
        .code([("kafka_max_poll_records", 9_usize)])
        .code([("kafka_bootstrap_servers", vec!["a:1", "b"])])
        .code([(
            "kafka_extra",
            BTreeMap::from([("debug".to_owned(), "cgrp,topic")]),
        )]);
    let settings = load(&sources);
    assert_eq!(settings.kafka_linger_ms, Duration::from_millis(7));
    assert!(!settings.kafka_dlq_auto_create);
    assert_eq!(settings.kafka_connect_backoff_multiplier, 1.5);
    assert_eq!(settings.kafka_max_poll_records, 9);
    assert_eq!(settings.kafka_bootstrap_servers.as_slice(), ["a:1", "b"]);
    assert_eq!(
        settings.kafka_extra.iter().collect::<Vec<_>>(),
        [("debug", "cgrp,topic")]
    );

    let wrong = Sources::default()
        .code([
            ("kafka_linger_ms", Duration::from_micros(1500)),
            ("kafka_max_poll_records", Duration::ZERO),
        ])
        .code([("kafka_enabled", 1)]);
    assert_eq!(
        problems(&wrong),
        [
            "kafka_linger_ms (App::configure): found the duration 1.5ms; allowed: whole milliseconds from 0 to 900000",
            "kafka_max_poll_records (App::configure): found the duration 0ns; allowed: a whole number from 1 to 1000000",
            "kafka_enabled (App::configure): found 1; allowed: true, false",
        ]
    );
}

#[test]
fn properties_of_librdkafka_that_this_crate_sets_are_refused_by_name() {
    let sources = Sources::default().environment([(
        "KAFKA_EXTRA",
        "acks=1;debug=all;sasl.kerberos.keytab=k;linger.ms=1",
    )]);
    assert_eq!(
        problems(&sources),
        [
            "kafka_extra (environment KAFKA_EXTRA): found text, in which acks is set by this crate itself, linger.ms is the setting kafka_linger_ms, \
          sasl.kerberos.keytab is set by this crate itself: take it out, and use the setting if there is one; \
          allowed: a table of librdkafka properties, as text `name=value;name=value`"
        ]
    );
}

#[test]
fn servers_may_be_addresses_with_and_without_port() {
    for good in ["a", "a:1", "10.0.0.1:65535", "[::1]", "[::1]:9092", "a:1, b:2"] {
        load(&Sources::default().environment([("KAFKA_BOOTSTRAP_SERVERS", good)]));
    }
    let all = problems(&Sources::default().environment([("KAFKA_BOOTSTRAP_SERVERS", "a:1,,b:2")]));
    assert!(
        all[0].contains("in which \"\" is no host or host:port"),
        "{all:?}"
    );
}
