//! `messaging.toml`: sections, lines, types.

use super::*;

fn file(text: &str) -> Sources {
    Sources::default().file("messaging.toml", text)
}

#[test]
fn a_value_knows_its_line() {
    let settings = load(&file(
        "# ours\n\n[messaging]\nservice = \"shop\"\n# why\nkafka_linger_ms = 5\n",
    ));
    let origins: Vec<String> = settings.describe().map(|row| row.origin.to_string()).collect();
    assert!(origins.contains(&"messaging.toml:4".to_owned()), "{origins:?}");
    assert!(origins.contains(&"messaging.toml:6".to_owned()), "{origins:?}");
}

#[test]
fn other_sections_and_an_empty_file_say_nothing() {
    for text in [
        "",
        "title = \"x\"\n[app]\nkafka_linger_ms = \"no\"\n",
        "[messaging]\n",
    ] {
        assert_eq!(*load(&file(text)), Values::default(), "{text}");
    }
}

#[test]
fn bad_syntax_is_told_with_its_line_beside_the_problems_of_other_layers() {
    let all = problems(&file("[messaging]\nservice = shop\n").environment([("KAFKA_ENABLED", "perhaps")]));
    assert!(
        all[0].starts_with("messaging.toml:2: not valid TOML: "),
        "{all:?}"
    );
    assert!(
        all[1].starts_with("kafka_enabled (environment KAFKA_ENABLED): found \"perhaps\""),
        "{all:?}"
    );
    assert_eq!(all.len(), 2, "{all:?}");
}

#[test]
fn a_key_written_twice_is_bad_syntax() {
    let all = problems(&file("[messaging]\nservice = \"a\"\nservice = \"b\"\n"));
    assert!(
        all[0].starts_with("messaging.toml:3: not valid TOML: "),
        "{all:?}"
    );
}

#[test]
fn servers_may_be_a_list_and_numbers_may_have_a_radix_and_underscores() {
    let settings = load(&file(
        "[messaging]\nkafka_bootstrap_servers = [\"a:1\", \"b:2\"]\nkafka_linger_ms = 1_000\n\
         kafka_max_poll_records = 0x10\nkafka_connect_backoff_multiplier = 3",
    ));
    assert_eq!(settings.kafka_bootstrap_servers.to_string(), "a:1,b:2");
    assert_eq!(settings.kafka_linger_ms.as_millis(), 1000);
    assert_eq!(settings.kafka_max_poll_records, 16);
    assert_eq!(settings.kafka_connect_backoff_multiplier, 3.0);
}

#[test]
fn properties_for_librdkafka_may_be_quoted_or_not() {
    let settings = load(&file(
        "[messaging.kafka_extra]\n\"log.queue\" = false\nsocket.keepalive.enable = true\nsocket.timeout.ms = 500\n\
         debug = \"cgrp,topic\"\n",
    ));
    let extra: Vec<_> = settings.kafka_extra.iter().collect();
    assert_eq!(
        extra,
        [
            ("debug", "cgrp,topic"),
            ("log.queue", "false"),
            ("socket.keepalive.enable", "true"),
            ("socket.timeout.ms", "500")
        ]
    );
    assert_eq!(settings.layer("kafka_extra"), Some(Layer::File));
}

#[test]
fn sections_of_workers_are_kept_with_their_places() {
    let settings = load(&file(
        "[messaging.workers.charge]\nconcurrency = 8\nretry_delay = \"2s\"\n[messaging.workers.\"ship it\"]\n",
    ));
    let origin = |line| Origin::File {
        path: "messaging.toml".to_owned(),
        line,
    };
    let said: Vec<_> = settings
        .worker_overrides()
        .iter()
        .map(|said| (said.worker(), said.key(), said.value(), said.origin()))
        .collect();
    assert_eq!(
        said,
        [
            ("charge", "concurrency", &SettingValue::Integer(8), &origin(2)),
            (
                "charge",
                "retry_delay",
                &SettingValue::Text("2s".to_owned()),
                &origin(3)
            ),
        ]
    );
    assert!(settings.overrides_of("refund").is_empty());
}

#[test]
fn what_should_be_a_section_must_be_one() {
    assert_eq!(
        problems(&file("messaging = 1")),
        ["messaging (messaging.toml:1): must be a section, `[messaging]`"]
    );
    assert_eq!(
        problems(&file("[messaging]\nworkers = 1")),
        ["workers (messaging.toml:2): must hold sections, `[messaging.workers.<name>]`"]
    );
    assert_eq!(
        problems(&file(
            "[messaging.workers]\ncharge = 1\n[messaging.workers.ship]\nat = 2024-01-01"
        )),
        [
            "workers.charge (messaging.toml:2): must be a section, `[messaging.workers.charge]`",
            "workers.ship.at (messaging.toml:4): a date, which no setting takes; write it as text, in quotes",
        ]
    );
}
