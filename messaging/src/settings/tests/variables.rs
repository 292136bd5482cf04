//! `.env`, the two spellings of a variable, and variables that are nearly ours.

use super::*;

#[test]
fn a_line_of_dot_env_knows_its_place_also_behind_a_value_of_several_lines() {
    let text = "# ours\nSERVICE=\"a\nb\"\n\nexport KAFKA_CLIENT_ID='c$d' # why\nKAFKA__LINGER_MS=5\n";
    let settings = load(&Sources::default().dot_env(text));
    assert_eq!(settings.service.as_deref(), Some("a\nb"));
    assert_eq!(settings.kafka_client_id, "c$d");
    for (key, place) in [
        ("service", ".env:2 SERVICE"),
        ("kafka_client_id", ".env:5 KAFKA_CLIENT_ID"),
        ("kafka_linger_ms", ".env:6 KAFKA__LINGER_MS"),
    ] {
        assert_eq!(settings.origin(key).unwrap().to_string(), place);
    }
}

#[test]
fn what_is_wrong_in_dot_env_is_told_with_its_line_and_no_secret() {
    let text = "KAFKA_LINGER_MS=soon\nKAFKA_SASL_PASSWORD=hunter2 oops\nKAFKA_MAX_POLL_RECORDS=5";
    let all = problems(&Sources::default().dot_env(text));
    assert_eq!(
        all,
        [
            ".env:2: not a line `NAME=value`; a value with a space or a `#` needs quotes",
            "kafka_linger_ms (.env:1 KAFKA_LINGER_MS): found \"soon\"; allowed: whole milliseconds from 0 to 900000",
        ]
    );
}

#[test]
fn the_environment_of_the_process_stays_as_it_is() {
    load(&Sources::default().dot_env("KAFKA_CLIENT_ID=only-in-the-file"));
    assert_ne!(
        std::env::var("KAFKA_CLIENT_ID").as_deref(),
        Ok("only-in-the-file")
    );
}

#[test]
fn a_variable_may_be_written_with_two_underscores_behind_kafka() {
    let settings = load(&Sources::default().environment([("KAFKA__CLIENT_ID", "c")]));
    assert_eq!(settings.kafka_client_id, "c");
    assert_eq!(
        settings.origin("kafka_client_id").unwrap().to_string(),
        "environment KAFKA__CLIENT_ID"
    );
}

#[test]
fn both_spellings_with_two_values_in_one_layer_are_a_problem() {
    let both = [("KAFKA__CLIENT_ID", "a"), ("KAFKA_CLIENT_ID", "b")];
    let told = |first: &str, other: &str| {
        format!("kafka_client_id ({other}): has another value in {first}; remove one of both")
    };
    assert_eq!(
        problems(&Sources::default().environment(both)),
        [told(
            "environment KAFKA__CLIENT_ID",
            "environment KAFKA_CLIENT_ID"
        )]
    );
    assert_eq!(
        problems(&Sources::default().dot_env("KAFKA_CLIENT_ID=a\nKAFKA__CLIENT_ID=b")),
        [told(".env:1 KAFKA_CLIENT_ID", ".env:2 KAFKA__CLIENT_ID")]
    );
    load(&Sources::default().environment([("KAFKA__CLIENT_ID", "a"), ("KAFKA_CLIENT_ID", "a")]));
    load(&Sources::default().dot_env("KAFKA_CLIENT_ID=a\nKAFKA_CLIENT_ID=b"));
    let over = Sources::default()
        .dot_env("KAFKA__CLIENT_ID=a")
        .environment([("KAFKA_CLIENT_ID", "b")]);
    assert_eq!(load(&over).kafka_client_id, "b");
}

#[test]
fn a_variable_that_is_nearly_ours_is_a_warning() {
    let sources = Sources::default()
        .environment([
            ("KAFKA_BOOTSTRAP_SERVER", "a:1"),
            ("KAFKA_HOME", "/opt/kafka"),
            ("REDIS_URI", ""),
        ])
        .dot_env("KAFKA_LINGER=5");
    assert_eq!(
        load(&sources).warnings(),
        [
            "environment KAFKA_BOOTSTRAP_SERVER is no setting; KAFKA_BOOTSTRAP_SERVERS is, if that was meant",
            ".env:1 KAFKA_LINGER is no setting; KAFKA_LINGER_MS is, if that was meant",
        ]
    );
}

#[test]
fn a_variable_of_a_worker_needs_its_name_and_its_key() {
    for wrong in ["WORKER__TIMEOUT", "WORKER____TIMEOUT", "WORKER__charge__timeout"] {
        let all = problems(&Sources::default().environment([(wrong, "5s")]));
        assert!(
            all[0].starts_with(&format!(
                "environment {wrong}: names no key of a worker; write WORKER__"
            )),
            "{all:?}"
        );
    }
}

#[test]
fn of_what_is_said_of_a_worker_the_strongest_layer_counts() {
    let sources = Sources::default()
        .environment([
            ("WORKER__CHARGE_CARD__TIMEOUT", "1s"),
            ("WORKER__CHARGE_CARD__MAX_RETRIES", " "),
        ])
        .dot_env("WORKER__CHARGE_CARD__TIMEOUT=2s\nWORKER__CHARGE_CARD__MAX_RETRIES=2")
        .file(
            "messaging.toml",
            "[messaging.workers.charge-card]\ntimeout = \"3s\"\nmax_retries = 3\nconcurrency = 3",
        );
    let settings = load(&sources);
    let said = settings.overrides_of("charge-card");
    let said: Vec<String> = said
        .iter()
        .map(|said| format!("{} {}", said.key(), said.origin()))
        .collect();
    assert_eq!(
        said,
        [
            "concurrency messaging.toml:4",
            "max_retries .env:2 WORKER__CHARGE_CARD__MAX_RETRIES",
            "timeout environment WORKER__CHARGE_CARD__TIMEOUT",
        ]
    );
    assert!(settings.overrides_of("charge").is_empty());
}
