//! A program that ends: what runs may finish, the rest is handled at the next start.

use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::{App, HandlerError, State, WorkerSpec};
use tokio::time::Instant;

use crate::support::*;

/// Order 1 takes long, order 2 for ever, others no time.
async fn work(order: Order, State(seen): State<Seen<(&'static str, u32)>>) {
    seen.note(("began", order.id));
    match order.id {
        1 => tokio::time::sleep(Duration::from_secs(15)).await,
        2 => std::future::pending().await,
        _ => {}
    }
    seen.note(("ended", order.id));
}

fn app(broker: &MemoryBroker, seen: &Seen<(&'static str, u32)>) -> App {
    let spec = WorkerSpec::of("work", "in", work)
        .group_id("g")
        .output_topic("out");
    app_on(broker).state(seen.clone()).worker(spec)
}

#[tokio::test(start_paused = true)]
async fn what_runs_may_finish_and_is_committed() {
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let running = started(app(&broker, &seen)).await;
    send(&running, "in", [1]).await;
    until("it runs", || seen.len() == 1).await;
    let began = Instant::now();
    running.stop();
    send(&running, "in", [3]).await;
    running.join().await.unwrap();
    assert_eq!(
        seen.all(),
        [("began", 1), ("ended", 1)],
        "nothing starts any more"
    );
    assert!(
        began.elapsed() <= Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(committed(&broker, "g", "in").await, 1);

    let running = started(app(&broker, &seen)).await;
    until("the rest is handled at the next start", || {
        seen.all().ends_with(&[("began", 3), ("ended", 3)])
    })
    .await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 2);
}

#[tokio::test(start_paused = true)]
async fn what_outlasts_the_deadline_is_cancelled_and_handled_again() {
    let (broker, seen, log) = (MemoryBroker::new(), Seen::new(), Log::new());
    topic(&broker, "in", 1).await;
    let running = started(app(&broker, &seen)).await;
    send(&running, "in", [3, 2]).await;
    until("it runs", || seen.len() == 3).await;
    let began = Instant::now();
    running.stop();
    let error = running.join().await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 22, "shutdown_timeout_ms less 3 s");
    assert_eq!(
        error.report(),
        "work was not finished within shutdown_timeout_ms (25s); it is handled again at the next start"
    );
    assert_eq!(
        log.of("WARN unfinished"),
        [
            "WARN unfinished records were cut off, their time was over; they are handled again worker=work topic=in partition=0 offset=1 records=1"
        ]
    );
    assert_eq!(committed(&broker, "g", "in").await, 1);
    assert_eq!(
        log.of("INFO stopped"),
        ["INFO stopped: 1 done, 1 left for the next start"]
    );

    let running = started(app(&broker, &seen)).await;
    until("it is handled again", || seen.all()[3..] == [("began", 2)]).await;
    drop(running);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_waits_for_its_retry_is_not_waited_for() {
    async fn later(order: Order, State(seen): State<Seen<u32>>) -> Result<(), HandlerError> {
        seen.note(order.id);
        Err(HandlerError::retry_after(Duration::from_secs(3600)))
    }
    let (broker, seen, log) = (MemoryBroker::new(), Seen::<u32>::new(), Log::new());
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("later", "in", later)).await;
    send(&running, "in", [1]).await;
    until("it failed", || seen.len() == 1).await;
    let began = Instant::now();
    end(running).await;
    assert_eq!(
        log.of("INFO stopped"),
        ["INFO stopped: 0 done, 1 left for the next start"]
    );
    assert_eq!(began.elapsed().as_secs(), 0);
    assert_eq!(
        (committed(&broker, "g", "in").await, broker.records("in.dlq")),
        (0, vec![])
    );
}

#[tokio::test(start_paused = true)]
async fn only_the_finished_prefix_is_committed() {
    let (broker, seen) = (MemoryBroker::new(), Seen::<(&'static str, u32)>::new());
    topic(&broker, "in", 1).await;
    let spec = WorkerSpec::of("work", "in", work).group_id("g").concurrency(8);
    let running = started(app_on(&broker).state(seen.clone()).worker(spec)).await;
    send(&running, "in", [3, 4, 2, 5, 6]).await;
    until("all others are done", || seen.len() == 9).await;
    end_unfinished(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 2);
}

#[tokio::test(start_paused = true)]
async fn an_output_that_is_not_acknowledged_holds_the_offset_through_a_drain() {
    async fn double(order: Order) -> Order {
        order
    }
    let broker = MemoryBroker::new().auto_create(false);
    topic(&broker, "in", 1).await;
    let spec = || WorkerSpec::of("double", "in", double).output_topic("out");
    let running = run_one(&broker, (), spec()).await;
    send(&running, "in", [1]).await;
    pass(Duration::from_secs(5)).await;
    end_unfinished(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 0);
    topic(&broker, "out", 1).await;
    let running = run_one(&broker, (), spec()).await;
    until("the next start publishes it", || orders(&broker, "out") == [1]).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 1);
}
