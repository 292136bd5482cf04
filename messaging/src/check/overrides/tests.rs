use crate::App;
use crate::WorkerSpec;
use crate::app::{Resolved, Standing};
use crate::check::check;
use crate::settings::{Settings, Sources};
use crate::spec::WORKER_KEYS;

async fn handle(_: String) {}

fn spec(name: &str) -> WorkerSpec {
    WorkerSpec::of(name, "in", handle).max_retries(1)
}

fn memory() -> Sources {
    Sources::default().code([("message_broker", "memory"), ("service", "shop")])
}

fn told(sources: &Sources, names: &[&str]) -> Vec<String> {
    let judged = judged(sources, names, Standing::Program);
    assert_eq!(judged.warnings, [""; 0]);
    judged.problems.iter().map(ToString::to_string).collect()
}

fn judged(sources: &Sources, names: &[&str], standing: Standing) -> super::Judged {
    let settings = Settings::load(sources).unwrap();
    let resolved: Vec<Resolved> = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            Resolved::new(
                WorkerSpec::of(*name, format!("in-{number}").leak() as &'static str, handle).subject(),
                &settings,
            )
        })
        .collect();
    let resolved: Vec<&Resolved> = resolved.iter().collect();
    super::judge(&settings, &resolved, standing)
}

#[test]
fn a_worker_a_key_and_a_value_that_are_wrong_are_told_with_their_places_and_the_nearest() {
    let file = "[messaging.workers.squaer]\nmax_retries = 9\n[messaging.workers.square]\nmax_retires = 9\norder = \"random\"\n";
    let sources = memory().file("messaging.toml", file).environment([
        ("WORKER__SQUARE__TIMEOUT", "soon"),
        ("WORKER__SQUARE__CONCURRENCY", "0"),
        ("WORKER__SQUARES__CONCURRENCY", "2"),
        ("WORKERS", "4"),
    ]);
    assert_eq!(
        told(&sources, &["square"]),
        [
            "workers.squaer.max_retries (messaging.toml:2): there is no worker squaer; did you mean square?",
            "workers.square.max_retires (messaging.toml:4): workers have no such key; did you mean max_retries?",
            "workers.square.order (messaging.toml:5): found \"random\"; allowed: key, partition, none",
            "workers.SQUARE.timeout (environment WORKER__SQUARE__TIMEOUT): found \"soon\"; allowed: 100ms, 5s, 2m, 1h30m, or whole seconds",
            "workers.SQUARE.concurrency (environment WORKER__SQUARE__CONCURRENCY): found \"0\"; allowed: a whole number from 1",
            "workers.SQUARES.concurrency (environment WORKER__SQUARES__CONCURRENCY): there is no worker SQUARES; did you mean square?",
        ]
    );
}

#[test]
fn an_app_of_picked_workers_judges_what_is_said_of_its_own() {
    let sources = memory().environment([
        ("WORKER__SQUARE__TIMEOUT", "soon"),
        ("WORKER__SQUAER__CONCURRENCY", "2"),
        ("WORKER__ELSEWHERE__TIMEOUT", "soon"),
    ]);
    let _elsewhere = App::empty().worker(spec("elsewhere"));
    for standing in [Standing::Picked, Standing::ByHand] {
        let judged = judged(&sources, &["square"], standing);
        let problems: Vec<String> = judged.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "workers.SQUARE.timeout (environment WORKER__SQUARE__TIMEOUT): found \"soon\"; allowed: 100ms, 5s, 2m, 1h30m, or whole seconds"
            ]
        );
        assert_eq!(
            judged.warnings,
            [
                "workers.SQUAER.concurrency (environment WORKER__SQUAER__CONCURRENCY): there is no worker SQUAER; did you mean square?"
            ]
        );
    }
}

#[test]
fn the_program_knows_what_was_made_by_hand_beside_it() {
    let sources = memory().environment([("WORKER__BESIDE_IT__CONCURRENCY", "2")]);
    assert_eq!(told(&sources, &["square"]).len(), 1);
    let _beside = App::empty().worker(spec("beside-it"));
    assert_eq!(told(&sources, &["square"]), [""; 0]);
}

#[test]
fn a_name_with_a_dot_needs_quotes() {
    let file = |name: &str| format!("[messaging.workers.{name}]\nmax_retries = 9\n");
    let sources = memory().file("m.toml", &file("orders.v1"));
    assert_eq!(
        told(&sources, &["orders.v1"]),
        [
            "workers.orders.v1 (m.toml:1): there is no worker orders; a name with a dot needs quotes, [messaging.workers.\"orders.v1\"]"
        ]
    );
    assert_eq!(
        told(&memory().file("m.toml", &file("\"orders.v1\"")), &["orders.v1"]),
        [""; 0]
    );
}

#[test]
fn what_a_key_takes_and_the_check_refuses_is_told_with_the_operators_place() {
    let sources = memory().environment([
        ("WORKER__SQUARE__TIMEOUT", "0"),
        ("WORKER__SQUARE__RETRY_JITTER", "1.5"),
    ]);
    let settings = Settings::load(&sources).unwrap();
    let resolved = Resolved::new(spec("square").subject(), &settings);
    let told: Vec<String> = crate::check::ranges::ranges(&resolved)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        told[0].contains("`retry_jitter` = 1.5 (environment WORKER__SQUARE__RETRY_JITTER); use"),
        "{told:?}"
    );
    assert!(
        told[1].contains("`timeout` = 0 (environment WORKER__SQUARE__TIMEOUT); use"),
        "{told:?}"
    );
}

#[test]
fn workers_that_are_one_in_variables_are_refused_with_both_places() {
    let told = told(&memory(), &["a.b", "a-b", "ab"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with(
            "workers \"a-b\" and \"a.b\" are one in the names of variables, WORKER__A_B__…; give"
        ),
        "{told:?}"
    );
    assert_eq!(told[0].matches("tests.rs:").count(), 2, "{told:?}");
}

#[test]
fn the_check_of_an_app_reads_them() {
    let app = App::empty()
        .worker(spec("square"))
        .configure([("message_broker", "memory")]);
    app.check().unwrap();
    let settings =
        Settings::load(&memory().file("m.toml", "[messaging.workers.squared]\ntimeout = 5")).unwrap();
    assert_eq!(check(&settings, Standing::Program, &[], &[]).len(), 1);
}

/// Two values for each key, as in a file; the second is what the variable says.
fn sample(key: &str) -> [&'static str; 2] {
    match key {
        "topic" | "output_topic" | "dlq_topic" | "group_id" => ["'one'", "'two'"],
        "concurrency" | "max_retries" | "batch_size" | "max_in_flight" | "max_bytes" | "max_ahead" => {
            ["7", "8"]
        }
        "order" => ["'partition'", "'none'"],
        "retry_backoff" => ["'linear'", "'fixed'"],
        "on_exhausted" => ["'skip'", "'stop'"],
        "auto_offset_reset" => ["'latest'", "'none'"],
        "retry_jitter" => ["0.25", "0.5"],
        "retry_delay" | "retry_max_delay" | "timeout" | "batch_timeout" => ["'7s'", "'8ms'"],
        _ => panic!("{key} has no sample yet: give it two values"),
    }
}

fn plain(value: Option<&serde_json::Value>) -> String {
    value
        .map(|value| value.to_string().replace('"', ""))
        .unwrap_or_default()
}

#[test]
fn every_key_is_read_from_every_layer_and_knows_where_it_came_from() {
    for key in WORKER_KEYS {
        let [below, above] = sample(key.name);
        let file = format!("[messaging.workers.square]\n{} = {below}\n", key.name);
        let variable = format!("WORKER__SQUARE__{}", key.name.to_ascii_uppercase());
        let text = above.trim_matches('\'');
        let by_file = memory().file("m.toml", &file);
        let by_dot_env = by_file.clone().dot_env(&format!("{variable}={text}"));
        let by_environment = by_file.clone().environment([(&variable, text)]);
        for (sources, value, place) in [
            (by_file, below.trim_matches('\''), "m.toml:2".to_owned()),
            (by_dot_env, text, format!(".env:1 {variable}")),
            (by_environment, text, format!("environment {variable}")),
        ] {
            let settings = Settings::load(&sources).unwrap();
            let resolved = Resolved::new(spec("square").subject(), &settings);
            let fact = resolved.facts().iter().find(|fact| fact.key == key.name).unwrap();
            assert_eq!(plain(fact.value.as_ref()), value, "{}", key.name);
            assert_eq!(fact.origin.as_ref().unwrap().to_string(), place, "{}", key.name);
            assert_eq!(told(&sources, &["square"]), [""; 0], "{}", key.name);
        }
    }
}

#[test]
fn every_key_reaches_what_the_core_is_told() {
    let all: String = WORKER_KEYS
        .iter()
        .map(|key| format!("{} = {}\n", key.name, sample(key.name)[0]))
        .collect();
    let sources = memory()
        .code([("topic_prefix", "dev.")])
        .file("m.toml", &format!("[messaging.workers.square]\n{all}"));
    let resolved = Resolved::new(spec("square").subject(), &Settings::load(&sources).unwrap());
    assert_eq!(
        (
            resolved.sources[0].topic.as_str(),
            resolved.sources[0].dlq_topic.as_str()
        ),
        ("dev.one", "dev.one")
    );
    assert_eq!(resolved.output.as_ref().unwrap().topic, "dev.one");
    assert_eq!(
        (resolved.group.as_str(), resolved.reset.as_str()),
        ("one", "latest")
    );
    assert_eq!(resolved.timeout.unwrap().as_secs(), 7);
    let expected = "Rules { concurrency: 7, order: Partition, retry: RetryPolicy { max_retries: 7, backoff: Linear, \
                    delay: 7s, max_delay: 7s, jitter: 0.25 }, on_exhausted: Skip, batch: Some((7, 7s)), max_in_flight: 7, \
                    max_bytes: 7, max_ahead: 7 }";
    assert_eq!(format!("{:?}", resolved.rules(true)), expected);
}

#[test]
fn what_no_operator_says_comes_from_the_source_a_setting_or_the_default() {
    let sources = memory().environment([("KAFKA_GROUP_ID", "all")]);
    let resolved = Resolved::new(spec("square").subject(), &Settings::load(&sources).unwrap());
    let told = |key: &str| {
        let fact = resolved.facts().iter().find(|fact| fact.key == key).unwrap();
        format!("{} {}", plain(fact.value.as_ref()), fact.layer)
    };
    for (key, expected) in [
        ("topic", "in macro or builder"),
        ("output_topic", " default"),
        ("dlq_topic", "in.dlq default"),
        ("max_retries", "1 macro or builder"),
        ("group_id", "all setting for all workers, environment"),
        ("auto_offset_reset", "earliest default"),
        ("retry_delay", "1s default"),
        ("retry_max_delay", "1h default"),
        ("max_in_flight", "1000 default"),
        ("timeout", " default"),
    ] {
        assert_eq!(told(key), expected, "{key}");
    }
}
