//! What stays in order, and what runs beside each other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::delivery::policy::Order as Lanes;
use messaging::{Attempt, Headers, Key, State, WorkerSpec};
use tokio::time::Instant;

use crate::support::*;

/// What was handled: key and id; and how many at a time, at most.
#[derive(Clone)]
struct Desk(Seen<(Vec<u8>, u32)>, Arc<AtomicUsize>, Arc<AtomicUsize>);

impl Desk {
    fn new() -> Desk {
        Desk(Seen::new(), Arc::default(), Arc::default())
    }
    fn most(&self) -> usize {
        self.2.load(Ordering::Relaxed)
    }
}

/// Takes longer for some than for others, and fails for some at first.
async fn uneven(
    order: Order,
    Key(key): Key,
    Attempt(attempt): Attempt,
    State(desk): State<Desk>,
) -> Result<(), std::io::Error> {
    let now = desk.1.fetch_add(1, Ordering::Relaxed) + 1;
    desk.2.fetch_max(now, Ordering::Relaxed);
    if !order.id.is_multiple_of(3) {
        tokio::time::sleep(Duration::from_millis(u64::from(order.id * 7919 % 13))).await;
    }
    desk.1.fetch_sub(1, Ordering::Relaxed);
    if order.id % 17 == 5 && attempt < 3 {
        return Err(std::io::Error::other("not yet"));
    }
    desk.0
        .note((key.map_or(Vec::new(), |key| key.to_vec()), order.id));
    Ok(())
}

fn write_order(broker: &MemoryBroker, key: Option<u32>, id: u32) {
    let (key, value) = (key.map(|key| key.to_string()), format!(r#"{{"id":{id}}}"#));
    write(
        broker,
        "in",
        key.as_ref().map(|key| key.as_bytes()),
        Some(value.as_bytes()),
        &Headers::new(),
    );
}

/// 600 records of 40 keys, each key's ids rising.
fn fill(broker: &MemoryBroker) {
    for id in 0..600 {
        write_order(broker, Some(id % 40), id);
    }
}

fn per_key(desk: &Desk) -> BTreeMap<Vec<u8>, Vec<u32>> {
    let mut keys = BTreeMap::<Vec<u8>, Vec<u32>>::new();
    for (key, id) in desk.0.all() {
        keys.entry(key).or_default().push(id);
    }
    keys
}

#[tokio::test(start_paused = true)]
async fn records_of_one_key_are_handled_in_order_at_any_concurrency() {
    for concurrency in [1, 8, 200] {
        let (broker, desk) = (MemoryBroker::new(), Desk::new());
        fill(&broker);
        let spec = WorkerSpec::of("uneven", "in", uneven).concurrency(concurrency);
        let running = run_one(&broker, desk.clone(), spec.retry_delay(Duration::from_millis(20))).await;
        until("all are handled", || desk.0.len() == 600).await;
        end(running).await;
        let keys = per_key(&desk);
        assert_eq!(keys.len(), 40);
        for (key, ids) in keys {
            assert!(
                ids.is_sorted() && ids.len() == 15,
                "{concurrency}: {key:?} was handled as {ids:?}"
            );
        }
        assert!(desk.most() <= concurrency, "{} at a time", desk.most());
        assert!(
            concurrency == 1 || desk.most() > concurrency.min(40) / 2,
            "{} at a time",
            desk.most()
        );
        assert_eq!(committed(&broker, "g", "in").await, 600);
    }
}

#[tokio::test(start_paused = true)]
async fn records_without_a_key_are_in_order_within_their_partition() {
    let (broker, desk) = (MemoryBroker::new(), Desk::new());
    topic(&broker, "in", 1).await;
    (0..60).for_each(|id| write_order(&broker, None, id));
    let running = run_one(
        &broker,
        desk.clone(),
        WorkerSpec::of("uneven", "in", uneven).concurrency(8),
    )
    .await;
    until("all are handled", || desk.0.len() == 60).await;
    assert_eq!(per_key(&desk)[&Vec::new()], (0..60).collect::<Vec<_>>());
    assert_eq!(desk.most(), 1);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn an_empty_key_is_a_key_and_waits_for_none_without() {
    async fn first_hangs(order: Order, State(seen): State<Seen<u32>>) {
        if order.id == 0 {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        seen.note(order.id);
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    topic(&broker, "in", 1).await;
    write_order(&broker, None, 0);
    write(&broker, "in", Some(b""), Some(br#"{"id":1}"#), &Headers::new());
    let running = run_one(
        &broker,
        seen.clone(),
        WorkerSpec::of("first", "in", first_hangs).concurrency(2),
    )
    .await;
    until("both are handled", || seen.len() == 2).await;
    assert_eq!(seen.all(), [1, 0]);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn order_by_partition_runs_one_at_a_time_of_each() {
    let (broker, desk) = (MemoryBroker::new(), Desk::new());
    topic(&broker, "in", 2).await;
    fill(&broker);
    let spec = WorkerSpec::of("uneven", "in", uneven)
        .concurrency(50)
        .order(Lanes::Partition);
    let running = run_one(&broker, desk.clone(), spec).await;
    until("all are handled", || desk.0.len() == 600).await;
    assert_eq!(desk.most(), 2);
    let offset_order: Vec<Vec<u32>> = (0..2)
        .map(|partition| {
            let records = broker
                .records("in")
                .into_iter()
                .filter(|record| record.partition == partition);
            records
                .map(|record| record.payload::<Order>().unwrap().id)
                .collect()
        })
        .collect();
    for expected in offset_order {
        let handled: Vec<u32> = desk
            .0
            .all()
            .into_iter()
            .map(|(_, id)| id)
            .filter(|id| expected.contains(id))
            .collect();
        assert_eq!(handled, expected);
    }
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn order_none_lets_records_of_one_key_overtake() {
    async fn slower_first(order: Order, State(seen): State<Seen<u32>>) {
        tokio::time::sleep(Duration::from_millis(u64::from(100 - order.id))).await;
        seen.note(order.id);
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    (0..50).for_each(|id| write_order(&broker, Some(1), id));
    let spec = WorkerSpec::of("slower", "in", slower_first)
        .concurrency(50)
        .order(Lanes::None);
    let began = Instant::now();
    let running = run_one(&broker, seen.clone(), spec).await;
    until("all are handled", || seen.len() == 50).await;
    assert!(
        began.elapsed() < Duration::from_millis(150),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(seen.all(), (0..50).rev().collect::<Vec<_>>());
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 50);
}

#[tokio::test(start_paused = true)]
async fn outputs_of_one_key_stay_in_the_order_of_their_inputs() {
    async fn echo(order: Order, Key(key): Key) -> Order {
        let _ = key;
        tokio::time::sleep(Duration::from_millis(u64::from(order.id * 31 % 11))).await;
        order
    }
    let broker = MemoryBroker::new();
    fill(&broker);
    let spec = WorkerSpec::of("echo", "in", echo)
        .output_topic("out")
        .concurrency(20);
    let running = run_one(&broker, (), spec).await;
    until("all outputs are there", || broker.records("out").len() == 600).await;
    let mut last = BTreeMap::new();
    for record in broker.records("out") {
        let (id, key) = (record.payload::<Order>().unwrap().id, record.key);
        let before = last.insert(key.clone(), id);
        assert!(before < Some(id), "{key:?}: {before:?} before {id}");
    }
    end(running).await;
}
