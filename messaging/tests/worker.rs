//! Workers on the in-memory broker, with time that does not pass by itself.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::{App, Attempt, HandlerError, Key, Partition, Payload, Running, State, WorkerSpec};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Payload)]
struct Order {
    id: u32,
}

/// What handlers have seen, with the time since the start.
#[derive(Clone)]
struct Seen(Arc<Mutex<Vec<(u32, u32, u64)>>>, Instant);

impl Seen {
    fn new() -> Seen {
        Seen(Arc::default(), Instant::now())
    }
    fn note(&self, id: u32, attempt: u32) {
        self.0
            .lock()
            .unwrap()
            .push((id, attempt, self.1.elapsed().as_millis() as u64));
    }
    fn all(&self) -> Vec<(u32, u32, u64)> {
        self.0.lock().unwrap().clone()
    }
}

async fn start(broker: &MemoryBroker, seen: &Seen, spec: WorkerSpec) -> Running {
    let app = App::empty()
        .broker(broker.clone())
        .configure([("message_broker", "memory")]);
    let mut running = app.state(seen.clone()).worker(spec).start().await.unwrap();
    running.ready().await;
    running
}

async fn send(running: &Running, ids: impl IntoIterator<Item = u32>) {
    for id in ids {
        running
            .producer()
            .send("in", &Order { id })
            .key(id.to_string())
            .await
            .unwrap();
    }
}

/// Waits until the condition holds; with a paused clock that costs no time.
async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..100_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to be that {what}");
}

async fn end(running: Running) {
    running.stop();
    running.join().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_it_returns_is_published_with_the_inputs_key() {
    async fn double(order: Order, Key(key): Key) -> Order {
        assert_eq!(key.unwrap(), order.id.to_string());
        Order { id: order.id * 2 }
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let running = start(
        &broker,
        &seen,
        WorkerSpec::of("double", "in", double).output_topic("out"),
    )
    .await;
    send(&running, 1..=50).await;
    until("all outputs are there", || broker.records("out").len() == 50).await;
    for record in broker.records("out") {
        let order: Order = record.payload().unwrap();
        assert_eq!(record.key_str().unwrap(), (order.id / 2).to_string());
    }
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn retries_wait_as_documented_and_then_the_record_is_dead_lettered() {
    async fn fail(
        order: Order,
        Attempt(attempt): Attempt,
        State(seen): State<Seen>,
    ) -> Result<(), std::io::Error> {
        seen.note(order.id, attempt);
        Err(std::io::Error::other("no luck"))
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let running = start(&broker, &seen, WorkerSpec::of("fail", "in", fail).max_retries(5)).await;
    send(&running, [7]).await;
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    let at: Vec<u64> = seen.all().iter().map(|(_, _, at)| *at).collect();
    let waits: Vec<u64> = at.windows(2).map(|pair| (pair[1] - pair[0]) / 1000).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16]);
    assert_eq!(
        seen.all()
            .iter()
            .map(|(_, attempt, _)| *attempt)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6]
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_record_that_waits_for_its_retry_holds_only_its_own_key() {
    async fn once(
        order: Order,
        Attempt(attempt): Attempt,
        State(seen): State<Seen>,
    ) -> Result<(), HandlerError> {
        if order.id == 1 && attempt == 1 && seen.all().iter().all(|(id, ..)| *id != 1) {
            return Err(HandlerError::retry_after(Duration::from_secs(60)));
        }
        seen.note(order.id, attempt);
        Ok(())
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let running = start(&broker, &seen, WorkerSpec::of("once", "in", once)).await;
    send(&running, [1, 2, 3, 1]).await;
    until("all are handled", || seen.all().len() == 4).await;
    let all = seen.all();
    assert_eq!(
        all[..2]
            .iter()
            .map(|(id, ..)| *id)
            .collect::<std::collections::BTreeSet<_>>(),
        [2, 3].into()
    );
    assert_eq!(
        (all[2].0, all[2].1, all[3].0, all[3].1),
        (1, 2, 1, 1),
        "the second record of the key waited: {all:?}"
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn handlers_of_different_keys_run_beside_each_other() {
    async fn slow(order: Order, State(seen): State<Seen>) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        seen.note(order.id, 1);
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let began = Instant::now();
    let running = start(
        &broker,
        &seen,
        WorkerSpec::of("slow", "in", slow).concurrency(100),
    )
    .await;
    send(&running, 0..100).await;
    until("all are handled", || seen.all().len() == 100).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn health_names_the_record_that_nothing_gets_past() {
    async fn hang(_: Order) {
        std::future::pending().await
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let running = start(&broker, &seen, WorkerSpec::of("hang", "in", hang)).await;
    assert!(running.health().ready);
    until("it tells its partitions", || {
        running.health().groups[0].partitions.len() == 3
    })
    .await;
    send(&running, [7]).await;
    until("it counts as stuck", || {
        running.health().stuck(Duration::from_secs(30)).count() == 1
    })
    .await;
    let health = running.health();
    let held = &health.groups[0].held[0];
    assert_eq!(
        (
            held.worker.as_str(),
            &*held.partition.topic,
            held.offset,
            held.attempts
        ),
        ("hang", "in", 0, 1)
    );
    running.stop();
    assert!(!running.health().ready);
    assert!(running.join().await.unwrap_err().is_unfinished());
}

#[tokio::test(start_paused = true)]
async fn a_group_is_stuck_by_a_handler_that_hangs_and_not_by_a_wait_for_a_retry() {
    const BEFORE_RETRY: Duration = Duration::from_secs(600);
    async fn late(_: Order, Attempt(attempt): Attempt) -> Result<(), HandlerError> {
        match attempt {
            1 => Err(HandlerError::retry_after(BEFORE_RETRY)),
            _ => std::future::pending().await,
        }
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let running = start(&broker, &seen, WorkerSpec::of("late", "in", late)).await;
    let limit = Duration::from_secs(30);
    let stuck = || running.health().stuck(limit).count() > 0;
    let tries = || {
        running.health().groups[0]
            .held
            .first()
            .map_or(0, |held| held.attempts)
    };
    send(&running, [1, 1]).await;
    until("it was tried", || tries() == 1).await;
    let tried = Instant::now();
    until("it is tried again", || {
        assert!(!stuck(), "{:?} after the first try", tried.elapsed());
        tries() == 2
    })
    .await;
    let again = Instant::now();
    until("it counts as stuck", stuck).await;
    assert!(
        again.elapsed() > limit - Duration::from_secs(1),
        "{:?}",
        again.elapsed()
    );
    running.stop();
    assert!(running.join().await.unwrap_err().is_unfinished());
}

#[tokio::test(start_paused = true)]
async fn a_delay_that_no_clock_can_hold_is_only_long() {
    async fn never(order: Order, State(seen): State<Seen>) -> Result<(), HandlerError> {
        seen.note(order.id, 1);
        match order.id {
            1 => Err(HandlerError::retry_after(Duration::MAX)),
            _ => Ok(()),
        }
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let running = start(&broker, &seen, WorkerSpec::of("never", "in", never)).await;
    send(&running, [1, 2, 3]).await;
    until("the others are handled", || seen.all().len() == 3).await;
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn no_partition_waits_for_the_backlog_of_another() {
    async fn slow(order: Order, Partition(partition): Partition, State(seen): State<Seen>) {
        tokio::time::sleep(Duration::from_millis(1)).await;
        seen.note(order.id, partition as u32);
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let app = App::empty()
        .broker(broker.clone())
        .configure([("message_broker", "memory")]);
    let producer_of_backlog = start(&broker, &seen, WorkerSpec::of("other", "elsewhere", slow)).await;
    send(&producer_of_backlog, 0..3000).await;
    let spec = WorkerSpec::of("slow", "in", slow).max_in_flight(100);
    let running = app.state(seen.clone()).worker(spec).start().await.unwrap();
    until("half is handled", || seen.all().len() >= 1500).await;
    let counted = |partition| {
        seen.all()
            .iter()
            .filter(|(_, from, _)| *from == partition)
            .count()
    };
    let counts: Vec<usize> = (0..3).map(counted).collect();
    assert!(counts.iter().all(|count| *count > 300), "{counts:?}");
    end(running).await;
    end(producer_of_backlog).await;
}
