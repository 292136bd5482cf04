//! Names and values that no worker can have.

use std::time::Duration;

use messaging::delivery::policy::OnExhausted;
use messaging::settings::OffsetReset;
use messaging::{App, Batch, RetryPolicy, WorkerSpec};

use crate::offenders::{fine, place};
use crate::support::{of, on_memory, problems_of};

#[test]
fn an_invalid_topic_name() {
    assert_eq!(
        of(&["misnamed"]),
        [format!(
            "worker \"misnamed\": a topic name \"no good\" has ' '; use letters, digits, '.', '_' and '-' ({})",
            place("misnamed")
        )],
        "once, and not again of its dead letter topic"
    );
}

#[test]
fn what_only_batches_take() {
    async fn one(_: String) {}
    async fn many(_: Batch<String>) {}
    let app = |spec: WorkerSpec| on_memory(App::empty().worker(spec.batch_size(5)));
    let told = problems_of(&app(WorkerSpec::of("one", "in", one)).check().unwrap_err());
    assert!(
        told[0].starts_with("worker \"one\" has `batch_size` or `batch_timeout`, but"),
        "{told:?}"
    );
    app(WorkerSpec::of("many", "in", many)).check().unwrap();
}

#[test]
fn values_that_the_macro_would_refuse_as_literals() {
    let from_1 = "use a whole number from 1";
    assert_eq!(
        of(&["idle"]),
        [format!(
            "worker \"idle\" has `concurrency` = 0; {from_1} ({})",
            place("idle")
        )]
    );
    async fn many(_: Batch<String>) {}
    let told = |spec: WorkerSpec| problems_of(&on_memory(App::empty().worker(spec)).check().unwrap_err());
    let spec = || WorkerSpec::of("w", "in", many);
    let zeros = spec().batch_size(0).max_in_flight(0).max_bytes(0).max_ahead(0);
    let told_of_all = told(zeros.retry_jitter(-5.0).timeout(Duration::ZERO));
    let share = "use a number from 0.0 to 1.0";
    let expected = [
        format!("`batch_size` = 0; {from_1}"),
        format!("`max_in_flight` = 0; {from_1}"),
        format!("`max_bytes` = 0; {from_1}"),
        format!("`max_ahead` = 0; {from_1}"),
        format!("`retry_jitter` = -5.0; {share}"),
        "`timeout` = 0; use a duration longer than nothing, or none for no limit".to_owned(),
    ];
    assert_eq!(told_of_all.len(), expected.len(), "{told_of_all:?}");
    for (told, expected) in told_of_all.iter().zip(expected) {
        assert!(
            told.starts_with(&format!("worker \"w\" has {expected} (")),
            "{told}"
        );
    }
    let policy = RetryPolicy::fixed().jitter(1.5);
    let expected = format!("`retry_jitter` = 1.5; {share}");
    assert!(
        told(spec().retry_policy(policy))
            .iter()
            .any(|what| what.contains(&expected))
    );
    for jitter in [1e300, f64::NAN] {
        let told = told(spec().retry_jitter(jitter));
        let expected = format!("`retry_jitter` = {jitter:?}; {share}");
        assert!(told[0].contains(&expected), "{told:?}");
    }
}

#[test]
fn the_ends_of_what_keys_take() {
    async fn many(_: Batch<String>) {}
    let check = |spec: WorkerSpec| on_memory(App::empty().worker(spec)).check();
    let spec = || WorkerSpec::of("w", "in", many).retry_delay(Duration::ZERO);
    check(spec().concurrency(usize::MAX).retry_jitter(1.0)).unwrap();
    check(
        spec()
            .concurrency(1)
            .max_in_flight(1)
            .batch_size(1)
            .retry_jitter(0.0),
    )
    .unwrap();
}

#[test]
fn names_of_groups_and_other_topics() {
    let app = |spec: WorkerSpec| on_memory(App::empty().worker(spec.auto_offset_reset(OffsetReset::Latest)));
    let named = |spec| problems_of(&app(spec).check().unwrap_err()).concat();
    let spec = || WorkerSpec::of("fine", "in", fine).output_topic("out");
    assert!(named(spec().output_topic("..")).contains("a topic cannot be named \"..\""));
    assert!(named(spec().dlq_topic("a b")).contains("a topic name \"a b\" has ' '"));
    assert!(named(spec().group_id("")).contains("a group name is empty"));
    app(spec().dlq_topic("a b").on_exhausted(OnExhausted::Stop))
        .check()
        .expect("it writes no dead letters");
}
