//! Partitions come and go: nothing is lost, and only what is done is committed.

use std::collections::BTreeMap;
use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::{App, Headers, Offset, Partition, State, WorkerSpec};
use tokio::time::Instant;

use crate::support::*;

type Handled = Seen<(i32, i64)>;

async fn slow(
    _: Order,
    Partition(partition): Partition,
    Offset(offset): Offset,
    State(seen): State<Handled>,
) {
    tokio::time::sleep(Duration::from_millis(20)).await;
    seen.note((partition, offset));
}

fn member(broker: &MemoryBroker, seen: &Handled, spec: WorkerSpec) -> App {
    app_on(broker).state(seen.clone()).worker(spec.group_id("g"))
}

fn fill(broker: &MemoryBroker, ids: std::ops::Range<u32>) {
    for id in ids {
        let value = format!(r#"{{"id":{id}}}"#);
        write(
            broker,
            "in",
            Some(&id.to_be_bytes()),
            Some(value.as_bytes()),
            &Headers::new(),
        );
    }
}

fn how_often(seen: &Handled) -> BTreeMap<(i32, i64), usize> {
    let mut times = BTreeMap::new();
    seen.all()
        .into_iter()
        .for_each(|at| *times.entry(at).or_default() += 1);
    times
}

#[tokio::test(start_paused = true)]
async fn a_second_member_takes_its_share_and_gives_it_back_without_loss_or_repetition() {
    let (broker, first, second) = (MemoryBroker::new(), Handled::new(), Handled::new());
    topic(&broker, "in", 4).await;
    fill(&broker, 0..400);
    let spec = || WorkerSpec::of("slow", "in", slow).concurrency(4);
    let one = started(member(&broker, &first, spec())).await;
    until("the first has begun", || first.len() >= 40).await;
    let two = started(member(&broker, &second, spec())).await;
    until("both share", || second.len() >= 40).await;
    end(two).await;
    fill(&broker, 400..500);
    until("all are handled", || {
        how_often(&first).len() + how_often(&second).len() == 500
    })
    .await;
    end(one).await;
    let both = Handled::new();
    first
        .all()
        .into_iter()
        .chain(second.all())
        .for_each(|at| both.note(at));
    let times = how_often(&both);
    assert_eq!(times.len(), 500);
    assert!(
        times.values().all(|times| *times == 1),
        "running handlers were waited for: {times:?}"
    );
    assert_eq!(committed(&broker, "g", "in").await, 500);
}

#[tokio::test(start_paused = true)]
async fn a_member_without_partitions_is_ready_and_takes_over() {
    let (broker, first, second) = (MemoryBroker::new(), Handled::new(), Handled::new());
    topic(&broker, "in", 1).await;
    let spec = || WorkerSpec::of("slow", "in", slow);
    let one = started(member(&broker, &first, spec())).await;
    let two = started(member(&broker, &second, spec())).await;
    fill(&broker, 0..3);
    until("the first handles them", || first.len() == 3).await;
    end(one).await;
    fill(&broker, 3..6);
    until("the second goes on", || second.len() == 3).await;
    assert_eq!(second.all(), [(0, 3), (0, 4), (0, 5)]);
    end(two).await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_outlasts_a_revoke_is_cancelled_and_its_record_handled_by_the_next_owner() {
    async fn hangs(_: Order, Offset(offset): Offset, State(seen): State<Handled>) {
        seen.note((0, offset));
        if offset == 1 {
            std::future::pending::<()>().await;
        }
    }
    let (broker, first, second) = (MemoryBroker::new(), Handled::new(), Handled::new());
    topic(&broker, "in", 2).await;
    // Partition 1 is the one that the second member gets.
    let keys =
        (0..100_u32).filter(|id| messaging::broker::partitioner::partition_of(&id.to_be_bytes(), 2) == 1);
    for id in keys.take(3) {
        fill(&broker, id..id + 1);
    }
    let one = started(member(&broker, &first, WorkerSpec::of("hangs", "in", hangs))).await;
    until("it hangs", || first.len() == 2).await;
    let asked = Instant::now();
    let two = started(member(&broker, &second, WorkerSpec::of("slow", "in", slow))).await;
    assert_eq!(
        asked.elapsed().as_secs(),
        10,
        "min(10 s, a shutdown's half, a poll interval's half)"
    );
    until("the second handles what is left", || second.len() == 2).await;
    assert_eq!(second.all(), [(1, 1), (1, 2)]);
    end(two).await;
    one.stop();
    one.join().await.unwrap();
    assert_eq!(committed(&broker, "g", "in").await, 3);
}

#[tokio::test(start_paused = true)]
async fn of_a_lost_partition_nothing_is_committed_and_its_records_are_handled_again() {
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    topic(&broker, "in", 1).await;
    fill(&broker, 0..10);
    let app = member(&broker, &seen, WorkerSpec::of("slow", "in", slow));
    // No commit on its own before the loss.
    let running = started(app.configure([("kafka_auto_commit_interval_ms", "3600000")])).await;
    until("five are handled", || seen.len() == 5).await;
    broker.lose("g", "in", 0);
    assert_eq!(committed(&broker, "g", "in").await, 0);
    until("all are handled", || {
        how_often(&seen).len() == 10 && seen.len() >= 15
    })
    .await;
    let times = how_often(&seen);
    let twice: Vec<i64> = times
        .iter()
        .filter(|(_, times)| **times == 2)
        .map(|((_, offset), _)| *offset)
        .collect();
    assert_eq!(twice, [0, 1, 2, 3, 4], "the sixth was cancelled: {times:?}");
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_partition_lost_while_it_is_held_back_is_read_again() {
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    topic(&broker, "in", 1).await;
    fill(&broker, 0..50);
    let app = member(
        &broker,
        &seen,
        WorkerSpec::of("slow", "in", slow).max_in_flight(2),
    );
    let running = started(app).await;
    until("one is handled, others are held back", || seen.len() == 1).await;
    broker.lose("g", "in", 0);
    until("all are handled", || how_often(&seen).len() == 50).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 50);
}

#[tokio::test(start_paused = true)]
async fn a_topic_made_later_is_taken_up() {
    let (broker, seen) = (MemoryBroker::new().auto_create(false), Handled::new());
    let running = started(member(&broker, &seen, WorkerSpec::of("slow", "in", slow))).await;
    topic(&broker, "in", 2).await;
    fill(&broker, 0..10);
    until("all are handled", || seen.len() == 10).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 10);
}
