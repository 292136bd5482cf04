//! What `start` gives: `ready`, `stop`, `join`, `health`, and dropping it.

use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::{State, WorkerSpec};

use crate::support::*;

async fn note(order: Order, State(seen): State<Seen<u32>>) {
    seen.note(order.id);
}

#[tokio::test(start_paused = true)]
async fn ready_waits_for_the_first_partitions_of_every_group() {
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    let spec = |name: &str| WorkerSpec::of(name, format!("in.{name}"), note).group_id(name);
    let app = app_on(&broker).state(seen).worker(spec("a")).worker(spec("b"));
    let mut running = app.start().await.unwrap();
    assert!(!running.health().ready);
    running.ready().await;
    assert!(running.health().ready);
    running.ready().await;
    running.stop();
    assert!(!running.health().ready, "not ready while it stops");
    running.join().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn join_waits_until_somebody_stops_it_and_stop_can_be_said_twice() {
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("note", "in", note)).await;
    send(&running, "in", [1]).await;
    until("it is handled", || seen.len() == 1).await;
    let mut joined = Box::pin(running.join());
    let early = tokio::time::timeout(Duration::from_secs(3600), &mut joined).await;
    assert!(early.is_err(), "nobody has stopped it");
    drop(joined);
    pass(Duration::from_secs(30)).await;
    assert_eq!(committed(&broker, "g", "in").await, 1);
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("note", "in", note)).await;
    running.stop();
    running.stop();
    running.join().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn dropping_it_stops_the_app_and_leaves_the_group() {
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    topic(&broker, "in", 1).await;
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("note", "in", note)).await;
    let producer = running.producer();
    producer.send("in", &Order { id: 1 }).await.unwrap();
    until("it is handled", || seen.len() == 1).await;
    drop(running);
    pass(Duration::from_secs(1)).await;
    assert_eq!(
        committed(&broker, "g", "in").await,
        1,
        "what was done is committed"
    );
    producer.send("in", &Order { id: 2 }).await.unwrap();
    pass(Duration::from_secs(60)).await;
    assert_eq!(seen.all(), [1]);
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("note", "in", note)).await;
    until("the next one goes on", || seen.all() == [1, 2]).await;
    end(running).await;
}
