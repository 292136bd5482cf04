//! Errors, panics and timeouts use up tries; `retry_after`, `reject` and `skip` decide.

use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::delivery::policy::{Backoff, OnExhausted};
use messaging::headers::dlq;
use messaging::{Attempt, HandlerError, RetryPolicy, State, WorkerSpec};
use tokio::time::Instant;

use crate::support::*;

type Tries = Seen<(u32, Instant)>;

fn waits(tries: &Tries) -> Vec<u64> {
    tries
        .all()
        .windows(2)
        .map(|pair| (pair[1].1 - pair[0].1).as_millis() as u64)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_panic_uses_up_one_try_and_names_the_last_reason() {
    async fn panics(_: Order, Attempt(attempt): Attempt, State(tries): State<Tries>) {
        tries.note((attempt, Instant::now()));
        panic!("attempt {attempt} fell over");
    }
    let (broker, tries) = (MemoryBroker::new(), Tries::new());
    let spec = WorkerSpec::of("panics", "in", panics).max_retries(2);
    let running = run_one(&broker, tries.clone(), spec).await;
    send(&running, "in", [1]).await;
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    assert_eq!(waits(&tries), [1000, 2000]);
    let letter = only(&broker, "in.dlq").await;
    assert_eq!(header(&letter, dlq::REASON), "panic");
    assert_eq!(
        header(&letter, dlq::ERROR),
        "the handler panicked: attempt 3 fell over"
    );
    assert_eq!(header(&letter, dlq::ATTEMPTS), "3");
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_after_an_await_is_a_panic_too_and_the_next_record_is_handled() {
    async fn panics(order: Order, State(tries): State<Tries>) {
        tokio::time::sleep(Duration::from_millis(5)).await;
        tries.note((order.id, Instant::now()));
        assert_ne!(order.id, 1, "one is too few");
    }
    let (broker, tries) = (MemoryBroker::new(), Tries::new());
    topic(&broker, "in", 1).await;
    let running = run_one(
        &broker,
        tries.clone(),
        WorkerSpec::of("panics", "in", panics).max_retries(0),
    )
    .await;
    send(&running, "in", [1, 2]).await;
    until("both were tried", || tries.len() == 2).await;
    until("one is a dead letter", || orders(&broker, "in.dlq") == [1]).await;
    assert_eq!(header(&only(&broker, "in.dlq").await, dlq::REASON), "panic");
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_hangs_is_ended_by_its_timeout() {
    async fn hangs(_: Order, Attempt(attempt): Attempt, State(tries): State<Tries>) {
        tries.note((attempt, Instant::now()));
        std::future::pending::<()>().await;
    }
    let (broker, tries) = (MemoryBroker::new(), Tries::new());
    let spec = WorkerSpec::of("hangs", "in", hangs)
        .timeout(Duration::from_secs(5))
        .max_retries(1);
    let running = run_one(&broker, tries.clone(), spec).await;
    send(&running, "in", [1]).await;
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    assert_eq!(waits(&tries), [6000], "five of the timeout, one of the retry");
    let letter = only(&broker, "in.dlq").await;
    assert_eq!(header(&letter, dlq::REASON), "timeout");
    assert_eq!(
        header(&letter, dlq::ERROR),
        "the handler took longer than its timeout of 5s"
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn without_a_timeout_a_slow_handler_has_all_the_time() {
    async fn slow(order: Order, State(seen): State<Seen<u32>>) {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        seen.note(order.id);
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("slow", "in", slow)).await;
    send(&running, "in", [1]).await;
    pass(Duration::from_secs(3599)).await;
    assert_eq!(seen.len(), 0);
    until("it is handled", || seen.len() == 1).await;
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn an_endless_failure_ends_in_the_dead_letter_topic_after_the_default_tries() {
    async fn fails(
        _: Order,
        Attempt(attempt): Attempt,
        State(tries): State<Tries>,
    ) -> Result<(), std::io::Error> {
        tries.note((attempt, Instant::now()));
        Err(std::io::Error::other("no luck"))
    }
    let (broker, tries) = (MemoryBroker::new(), Tries::new());
    let running = run_one(&broker, tries.clone(), WorkerSpec::of("fails", "in", fails)).await;
    send(&running, "in", [1]).await;
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    assert_eq!(waits(&tries), [1000, 2000, 4000]);
    let letter = only(&broker, "in.dlq").await;
    assert_eq!(header(&letter, dlq::REASON), "exhausted");
    assert_eq!(header(&letter, dlq::ATTEMPTS), "4");
    pass(Duration::from_secs(3600)).await;
    assert_eq!(tries.len(), 4, "it is not tried again");
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 1);
}

#[tokio::test(start_paused = true)]
async fn delays_follow_the_workers_policy() {
    async fn fails(_: Order, State(tries): State<Tries>) -> Result<(), std::io::Error> {
        tries.note((0, Instant::now()));
        Err(std::io::Error::other("no luck"))
    }
    for (backoff, expected) in [
        (Backoff::Fixed, [200, 200, 200, 200]),
        (Backoff::Linear, [200, 400, 500, 500]),
        (Backoff::Exponential, [200, 400, 500, 500]),
    ] {
        let (broker, tries) = (MemoryBroker::new(), Tries::new());
        let spec = WorkerSpec::of("fails", "in", fails)
            .max_retries(4)
            .retry_backoff(backoff);
        let spec = spec
            .retry_delay(Duration::from_millis(200))
            .retry_max_delay(Duration::from_millis(500));
        let running = run_one(&broker, tries.clone(), spec).await;
        send(&running, "in", [1]).await;
        until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
        assert_eq!(waits(&tries), expected, "{backoff:?}");
        end(running).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_says_it_all_and_a_single_key_comes_before_it() {
    const POLICY: RetryPolicy = RetryPolicy::linear()
        .max_retries(4)
        .delay(Duration::from_millis(200))
        .max_delay(Duration::from_millis(500));
    async fn fails(_: Order, State(tries): State<Tries>) -> Result<(), std::io::Error> {
        tries.note((0, Instant::now()));
        Err(std::io::Error::other("no luck"))
    }
    let by_policy = || WorkerSpec::of("fails", "in", fails).retry_policy(POLICY);
    for (spec, expected) in [
        (by_policy(), vec![200, 400, 500, 500]),
        (
            by_policy().retry_backoff(Backoff::Fixed).max_retries(1),
            vec![200],
        ),
    ] {
        let (broker, tries) = (MemoryBroker::new(), Tries::new());
        let running = run_one(&broker, tries.clone(), spec).await;
        send(&running, "in", [1]).await;
        until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
        assert_eq!(waits(&tries), expected);
        end(running).await;
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_sets_the_delay_and_counts_as_a_retry() {
    async fn later(_: Order, State(tries): State<Tries>) -> Result<(), HandlerError> {
        tries.note((0, Instant::now()));
        Err(HandlerError::retry_after(Duration::from_secs(30)))
    }
    let (broker, tries) = (MemoryBroker::new(), Tries::new());
    let running = run_one(
        &broker,
        tries.clone(),
        WorkerSpec::of("later", "in", later).max_retries(2),
    )
    .await;
    send(&running, "in", [1]).await;
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    assert_eq!(waits(&tries), [30_000, 30_000]);
    assert_eq!(header(&only(&broker, "in.dlq").await, dlq::REASON), "exhausted");
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn reject_gives_up_at_once() {
    async fn reject(_: Order, State(tries): State<Tries>) -> Result<(), HandlerError> {
        tries.note((0, Instant::now()));
        Err(HandlerError::reject("the amount is negative"))
    }
    let (broker, tries) = (MemoryBroker::new(), Tries::new());
    let running = run_one(
        &broker,
        tries.clone(),
        WorkerSpec::of("reject", "in", reject).max_retries(9),
    )
    .await;
    send(&running, "in", [1]).await;
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    let letter = only(&broker, "in.dlq").await;
    assert_eq!(
        (header(&letter, dlq::REASON), tries.len()),
        ("rejected".to_owned(), 1)
    );
    assert_eq!(header(&letter, dlq::ERROR), "the amount is negative");
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn skip_counts_as_done_whatever_on_exhausted_says() {
    async fn skip(_: Order, State(tries): State<Tries>) -> Result<Order, HandlerError> {
        tries.note((0, Instant::now()));
        Err(HandlerError::skip("not for us"))
    }
    for on_exhausted in [OnExhausted::Dlq, OnExhausted::Skip, OnExhausted::Stop] {
        let (broker, tries) = (MemoryBroker::new(), Tries::new());
        let spec = WorkerSpec::of("skip", "in", skip)
            .output_topic("out")
            .on_exhausted(on_exhausted);
        let running = run_one(&broker, tries.clone(), spec).await;
        send(&running, "in", [1, 2, 3]).await;
        until("all were tried", || tries.len() == 3).await;
        end(running).await;
        assert_eq!(committed(&broker, "g", "in").await, 3);
        assert_eq!(
            (broker.records("in.dlq"), broker.records("out")),
            (vec![], vec![])
        );
    }
}

#[derive(Debug, thiserror::Error)]
enum Charge {
    #[error("the till is closed")]
    Closed(#[source] HandlerError),
    #[error("broken")]
    Broken,
}

#[tokio::test(start_paused = true)]
async fn a_verdict_is_found_among_the_sources_of_an_error() {
    async fn charge(order: Order) -> Result<(), Charge> {
        if order.id == 1 {
            return Err(Charge::Closed(HandlerError::reject("for good")));
        }
        Err(Charge::Broken)
    }
    let broker = MemoryBroker::new();
    let running = run_one(&broker, (), WorkerSpec::of("charge", "in", charge).max_retries(1)).await;
    send(&running, "in", [1, 2]).await;
    until("both are dead letters", || broker.records("in.dlq").len() == 2).await;
    let mut ends: Vec<_> = read(&broker, "in.dlq").await;
    ends.sort_by_key(|record| record.value().unwrap().to_vec());
    let told = |at: usize| {
        (
            header(&ends[at], dlq::REASON),
            header(&ends[at], dlq::ERROR),
            header(&ends[at], dlq::ATTEMPTS),
        )
    };
    assert_eq!(
        told(0),
        (
            "rejected".into(),
            "the till is closed: for good".into(),
            "1".into()
        )
    );
    assert_eq!(told(1), ("exhausted".into(), "broken".into(), "2".into()));
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn classify_reads_the_users_error_itself() {
    use messaging::Verdict;
    async fn charge(order: Order) -> Result<(), Charge> {
        match order.id {
            1 => Err(Charge::Broken),
            _ => Err(Charge::Closed(HandlerError::reject("not looked at"))),
        }
    }
    fn judge(error: &Charge) -> Verdict {
        match error {
            Charge::Broken => Verdict::Reject,
            Charge::Closed(_) => Verdict::Skip,
        }
    }
    let broker = MemoryBroker::new();
    let running = run_one(
        &broker,
        (),
        WorkerSpec::of("charge", "in", charge).classify(charge, judge),
    )
    .await;
    send(&running, "in", [1, 2]).await;
    until("one is a dead letter", || orders(&broker, "in.dlq") == [1]).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 2);
    assert_eq!(orders(&broker, "in.dlq"), [1]);
}

#[cfg(feature = "anyhow")]
#[tokio::test(start_paused = true)]
async fn a_verdict_is_found_in_the_chain_of_an_anyhow_error() {
    use anyhow::Context;
    async fn charge(order: Order) -> anyhow::Result<()> {
        if order.id == 1 {
            Err(HandlerError::reject("for good"))
                .context("charging")
                .context("handling")
        } else {
            Err(std::io::Error::other("no luck")).context("charging")
        }
    }
    let broker = MemoryBroker::new();
    let running = run_one(&broker, (), WorkerSpec::of("charge", "in", charge).max_retries(1)).await;
    send(&running, "in", [1, 2]).await;
    until("both are dead letters", || broker.records("in.dlq").len() == 2).await;
    let mut ends: Vec<_> = read(&broker, "in.dlq").await;
    ends.sort_by_key(|record| record.value().unwrap().to_vec());
    assert_eq!(header(&ends[0], dlq::REASON), "rejected");
    assert_eq!(header(&ends[0], dlq::ERROR), "handling: charging: for good");
    assert_eq!(header(&ends[1], dlq::REASON), "exhausted");
    assert_eq!(header(&ends[1], dlq::ERROR), "charging: no luck");
    end(running).await;
}
