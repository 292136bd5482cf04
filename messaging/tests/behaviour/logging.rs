//! What the log says of a record that failed: one line a try, with what happens next, and nothing of its content.

use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::delivery::policy::{OnExhausted, Order as InOrder};
use messaging::headers::dlq;
use messaging::{Attempt, Batch, HandlerError, Headers, Message, State, WorkerSpec};

use crate::support::*;

/// The id of the order that fails; no line may have it.
const SECRET: u32 = 700_123;

async fn fails(_: Order) -> Result<(), std::io::Error> {
    Err(std::io::Error::other("no luck"))
}

/// A line about the record at offset 0 of "in".
fn line(level: &str, attempt: u32, reason: &str, error: &str, next: &str) -> String {
    format!(
        "{level} a record failed worker=w topic=in partition=0 offset=0 attempt={attempt} reason={reason} error={error} next={next}"
    )
}

/// Lets a worker handle the order until it has committed, and gives what was complained about.
async fn complaints_of(spec: WorkerSpec) -> Vec<String> {
    let (broker, log) = (MemoryBroker::new(), Log::new());
    for name in ["in", "in.dlq"] {
        topic(&broker, name, 1).await;
    }
    let running = run_one(&broker, (), spec).await;
    send(&running, "in", [SECRET]).await;
    while committed(&broker, "g", "in").await == 0 {
        pass(Duration::from_millis(100)).await;
    }
    end(running).await;
    let told = log.complaints();
    assert!(!told.concat().contains(&SECRET.to_string()), "{told:?}");
    told
}

#[tokio::test(start_paused = true)]
async fn a_failure_says_when_it_is_tried_again_and_the_last_where_it_is_sent() {
    let told = complaints_of(WorkerSpec::of("w", "in", fails).max_retries(2)).await;
    assert_eq!(
        told,
        [
            line(
                "WARN",
                1,
                "error",
                "no luck",
                "tried again in 1s (attempt 2 of 3)"
            ),
            line(
                "WARN",
                2,
                "error",
                "no luck",
                "tried again in 2s (attempt 3 of 3)"
            ),
            line(
                "ERROR",
                3,
                "exhausted",
                "no luck",
                "sent to the dead letter topic in.dlq after 3 attempts"
            ),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_delay_that_a_handler_asked_for_and_a_rejection_are_told() {
    async fn later(_: Order, Attempt(attempt): Attempt) -> Result<(), HandlerError> {
        match attempt {
            1 => Err(HandlerError::retry_after(Duration::from_millis(1500))),
            _ => Err(HandlerError::reject("too late")),
        }
    }
    let told = complaints_of(WorkerSpec::of("w", "in", later)).await;
    assert_eq!(
        told,
        [
            line(
                "WARN",
                1,
                "error",
                "try again in 1.5s",
                "tried again in 1.5s (attempt 2 of 4)"
            ),
            line(
                "ERROR",
                2,
                "rejected",
                "too late",
                "sent to the dead letter topic in.dlq after 2 attempts"
            ),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_output_that_cannot_be_published_is_told() {
    async fn nowhere(order: Order) -> Message<Order> {
        Message::new(order)
    }
    let told = complaints_of(WorkerSpec::of("w", "in", nowhere)).await;
    let why = "the handler returned a message without a topic, and the worker has no `output_topic`; name one of them";
    let next = "sent to the dead letter topic in.dlq after 1 attempt";
    assert_eq!(told, [line("ERROR", 1, "output", why, next)]);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_skipped_is_an_error() {
    let spec = WorkerSpec::of("w", "in", fails).max_retries(0);
    let told = complaints_of(spec.on_exhausted(OnExhausted::Skip)).await;
    let next = "skipped after 1 attempt (on_exhausted = \"skip\")";
    assert_eq!(told, [line("ERROR", 1, "exhausted", "no luck", next)]);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_stops_the_program_is_an_error() {
    let (broker, log) = (MemoryBroker::new(), Log::new());
    topic(&broker, "in", 1).await;
    let spec = WorkerSpec::of("w", "in", fails).max_retries(0);
    let running = run_one(&broker, (), spec.on_exhausted(OnExhausted::Stop)).await;
    send(&running, "in", [SECRET]).await;
    running.join().await.unwrap_err();
    let next = "the program stops after 1 attempt (on_exhausted = \"stop\"); handled again at the next start";
    assert_eq!(
        log.of("ERROR a record"),
        [line("ERROR", 1, "exhausted", "no luck", next)]
    );
    assert_eq!(log.of("WARN a record"), [""; 0], "one line a try");
}

#[tokio::test(start_paused = true)]
async fn a_record_without_a_key_that_holds_its_partition_is_told_once() {
    let holding = "WARN a record without a key waits for its retry";
    for (spec, told) in [
        (WorkerSpec::of("w", "in", fails).concurrency(4), 1),
        (WorkerSpec::of("w", "in", fails), 0),
        (
            WorkerSpec::of("w", "in", fails)
                .concurrency(4)
                .order(InOrder::None),
            0,
        ),
    ] {
        let (broker, log) = (MemoryBroker::new(), Log::new());
        topic(&broker, "in", 1).await;
        (0..2).for_each(|_| write(&broker, "in", None, Some(br#"{"id":1}"#), &Headers::new()));
        let running = run_one(&broker, (), spec).await;
        until("both are given up", || broker.records("in.dlq").len() == 2).await;
        end(running).await;
        assert_eq!(log.of(holding).len(), told);
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_with_a_key_holds_only_that() {
    let told = complaints_of(WorkerSpec::of("w", "in", fails).concurrency(4)).await;
    assert!(!told.concat().contains("without a key"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn that_the_program_stops_is_told_once() {
    let (broker, log) = (MemoryBroker::new(), Log::new());
    topic(&broker, "in", 4).await;
    let spec = WorkerSpec::of("w", "in", fails).max_retries(0).concurrency(8);
    let spec = spec.on_exhausted(OnExhausted::Stop);
    (1..40).for_each(|id| {
        let value = format!("{{\"id\":{id}}}");
        let key = id.to_string();
        write(
            &broker,
            "in",
            Some(key.as_bytes()),
            Some(value.as_bytes()),
            &Headers::new(),
        );
    });
    let running = run_one(&broker, (), spec).await;
    running.join().await.unwrap_err();
    assert!(log.of("ERROR a record").len() > 1, "several of them stop it");
    assert_eq!(log.of("ERROR the program stops").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_long_error_is_cut_in_every_line_and_in_what_ends_the_program() {
    async fn fails(_: Order, Attempt(attempt): Attempt) -> Result<(), std::io::Error> {
        assert!(attempt > 1, "{}", "é".repeat(20_000));
        Err(std::io::Error::other("é".repeat(20_000)))
    }
    let (broker, log) = (MemoryBroker::new(), Log::new());
    topic(&broker, "in", 1).await;
    let spec = WorkerSpec::of("w", "in", fails).max_retries(1);
    let running = run_one(&broker, (), spec.on_exhausted(OnExhausted::Stop)).await;
    send(&running, "in", [SECRET]).await;
    let end = running.join().await.unwrap_err().report();
    let mut told = log.of("");
    told.retain(|line| line.contains('é'));
    assert!(told.len() >= 2 && end.contains('é'), "two tries and the end");
    for text in told.iter().chain([&end]) {
        let kept = text.matches('é').map(str::len).sum::<usize>();
        assert!(kept <= dlq::ERROR_LIMIT, "{kept} bytes of it");
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_batch_the_later_records_of_a_lane_are_tried_again_behind_the_first() {
    async fn all_fail(batch: Batch<Order>) -> Vec<Result<(), HandlerError>> {
        let fail = |_| Err(HandlerError::retry_after(Duration::from_secs(3600)));
        batch.into_iter().map(fail).collect()
    }
    let (broker, log) = (MemoryBroker::new(), Log::new());
    topic(&broker, "in", 1).await;
    let spec = WorkerSpec::of("w", "in", all_fail).batch_size(2);
    let running = run_one(&broker, (), spec).await;
    send(&running, "in", [1, 1]).await;
    until("both have failed", || log.of("WARN a record").len() == 2).await;
    let told = log.of("WARN a record");
    assert!(
        told[0].ends_with("next=tried again in 3600s (attempt 2 of 4)"),
        "{told:?}"
    );
    assert!(
        told[1].contains(" offset=1 ")
            && told[1].ends_with(
                "next=tried again after an earlier record of its lane that failed in the same batch (attempt 2 of 4)"
            ),
        "{told:?}"
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_failure_while_the_program_ends_is_left_to_the_next_owner() {
    async fn slowly(_: Order, State(seen): State<Seen<()>>) -> Result<(), HandlerError> {
        seen.note(());
        tokio::time::sleep(Duration::from_secs(5)).await;
        Err(HandlerError::retry_after(Duration::ZERO))
    }
    let (broker, seen, log) = (MemoryBroker::new(), Seen::<()>::new(), Log::new());
    topic(&broker, "in", 1).await;
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("w", "in", slowly)).await;
    send(&running, "in", [SECRET]).await;
    until("it runs", || seen.len() == 1).await;
    end(running).await;
    let next = "left unfinished; handled again by the next owner of its partition";
    assert_eq!(
        log.of("WARN a record"),
        [line("WARN", 1, "error", "try again in 0ns", next)]
    );
}
