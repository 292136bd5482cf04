//! Handlers of `Batch<_>`: how batches fill, and what a failure of a part means.

use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::headers::dlq;
use messaging::{Batch, HandlerError, Headers, State, WorkerSpec};
use tokio::time::Instant;

use crate::support::*;

type Batches = Seen<(Vec<u32>, Instant)>;

fn ids(batch: &Batch<Order>) -> Vec<u32> {
    batch.iter().map(|order| order.id).collect()
}

fn handled(batches: &Batches) -> Vec<Vec<u32>> {
    batches.all().into_iter().map(|(ids, _)| ids).collect()
}

async fn all(batch: Batch<Order>, State(batches): State<Batches>) {
    batches.note((ids(&batch), Instant::now()));
}

/// Records of one partition, whatever their keys, before the worker starts.
async fn one_partition(broker: &MemoryBroker, ids: impl IntoIterator<Item = u32>) {
    topic(broker, "in", 1).await;
    for id in ids {
        let (key, value) = (id.to_string(), format!(r#"{{"id":{id}}}"#));
        write(
            broker,
            "in",
            Some(key.as_bytes()),
            Some(value.as_bytes()),
            &Headers::new(),
        );
    }
}

#[tokio::test(start_paused = true)]
async fn batches_have_their_size_and_the_last_waits_for_its_timeout() {
    let (broker, batches) = (MemoryBroker::new(), Batches::new());
    one_partition(&broker, 0..25).await;
    let began = Instant::now();
    let spec = WorkerSpec::of("all", "in", all)
        .batch_size(10)
        .batch_timeout(Duration::from_secs(3));
    let running = run_one(&broker, batches.clone(), spec).await;
    until("all are handled", || batches.len() == 3).await;
    let expected: Vec<Vec<u32>> = vec![(0..10).collect(), (10..20).collect(), (20..25).collect()];
    assert_eq!(handled(&batches), expected);
    let at: Vec<u64> = batches
        .all()
        .iter()
        .map(|(_, at)| (*at - began).as_secs())
        .collect();
    assert_eq!(at, [0, 0, 3]);
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 25);
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_at_most_a_hundred_records_and_waits_a_tenth_of_a_second_by_default() {
    let (broker, batches) = (MemoryBroker::new(), Batches::new());
    one_partition(&broker, 0..150).await;
    let began = Instant::now();
    let running = run_one(&broker, batches.clone(), WorkerSpec::of("all", "in", all)).await;
    until("all are handled", || batches.len() == 2).await;
    assert_eq!(
        handled(&batches).iter().map(Vec::len).collect::<Vec<_>>(),
        [100, 50]
    );
    assert_eq!((batches.all()[1].1 - began).as_millis(), 100);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_holds_records_of_one_partition() {
    async fn partitions(batch: Batch<Order>, State(seen): State<Seen<Vec<i32>>>) {
        seen.note(
            batch
                .deliveries()
                .iter()
                .map(|delivery| delivery.partition())
                .collect(),
        );
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<Vec<i32>>::new());
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("all", "in", partitions)).await;
    send(&running, "in", 0..60).await;
    until("all are handled", || {
        seen.all().iter().map(Vec::len).sum::<usize>() == 60
    })
    .await;
    for batch in seen.all() {
        assert!(batch.iter().all(|partition| *partition == batch[0]), "{batch:?}");
    }
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn only_what_failed_of_a_batch_is_handled_again() {
    async fn odd_ones_fail_once(
        batch: Batch<Order>,
        State(batches): State<Batches>,
    ) -> Vec<Result<Order, std::io::Error>> {
        let first = batches.len() == 0;
        batches.note((ids(&batch), Instant::now()));
        let answer = |order: Order| match first && order.id % 2 == 1 {
            true => Err(std::io::Error::other("odd")),
            false => Ok(order),
        };
        batch.into_iter().map(answer).collect()
    }
    let (broker, batches) = (MemoryBroker::new(), Batches::new());
    one_partition(&broker, 0..6).await;
    let spec = WorkerSpec::of("odd", "in", odd_ones_fail_once)
        .output_topic("out")
        .batch_size(6);
    let running = run_one(&broker, batches.clone(), spec).await;
    until("all outputs are there", || broker.records("out").len() == 6).await;
    assert_eq!(handled(&batches), [vec![0, 1, 2, 3, 4, 5], vec![1, 3, 5]]);
    let mut out = orders(&broker, "out");
    out.sort_unstable();
    assert_eq!(out, [0, 1, 2, 3, 4, 5]);
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 6);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_as_a_whole_is_handled_again_and_ends_as_dead_letters() {
    async fn fails(batch: Batch<Order>, State(batches): State<Batches>) -> Result<(), HandlerError> {
        batches.note((ids(&batch), Instant::now()));
        Err(HandlerError::retry_after(Duration::from_secs(9)))
    }
    let (broker, batches) = (MemoryBroker::new(), Batches::new());
    one_partition(&broker, 0..3).await;
    let spec = WorkerSpec::of("fails", "in", fails).batch_size(3).max_retries(1);
    let running = run_one(&broker, batches.clone(), spec).await;
    until("all are dead letters", || broker.records("in.dlq").len() == 3).await;
    assert_eq!(handled(&batches), [vec![0, 1, 2], vec![0, 1, 2]]);
    for letter in read(&broker, "in.dlq").await {
        assert_eq!(
            (header(&letter, dlq::REASON), header(&letter, dlq::ATTEMPTS)),
            ("exhausted".into(), "2".into())
        );
    }
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_a_timeout_are_failures_of_the_whole_batch() {
    async fn bad(batch: Batch<Order>) {
        assert!(batch.iter().all(|order| order.id != 1), "one is too few");
        std::future::pending::<()>().await;
    }
    let broker = MemoryBroker::new();
    one_partition(&broker, 1..5).await;
    let spec = WorkerSpec::of("bad", "in", bad)
        .batch_size(2)
        .max_retries(0)
        .timeout(Duration::from_secs(1));
    let running = run_one(&broker, (), spec).await;
    until("all are dead letters", || broker.records("in.dlq").len() == 4).await;
    let mut reasons: Vec<(Vec<u8>, String)> = Vec::new();
    for letter in read(&broker, "in.dlq").await {
        reasons.push((letter.key().unwrap().to_vec(), header(&letter, dlq::REASON)));
    }
    reasons.sort();
    let reason = |key: &str, reason: &str| (key.as_bytes().to_vec(), reason.to_owned());
    assert_eq!(
        reasons,
        [
            reason("1", "panic"),
            reason("2", "panic"),
            reason("3", "timeout"),
            reason("4", "timeout")
        ]
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn undecodable_records_are_taken_out_of_a_batch() {
    let (broker, batches) = (MemoryBroker::new(), Batches::new());
    topic(&broker, "in", 1).await;
    for value in ["no", r#"{"id":1}"#, "{}", r#"{"id":2}"#] {
        write(&broker, "in", None, Some(value.as_bytes()), &Headers::new());
    }
    let running = run_one(
        &broker,
        batches.clone(),
        WorkerSpec::of("all", "in", all).batch_size(4),
    )
    .await;
    until("two are dead letters", || broker.records("in.dlq").len() == 2).await;
    end(running).await;
    assert_eq!(handled(&batches), [vec![1, 2]]);
    assert_eq!(committed(&broker, "g", "in").await, 4);
}

#[tokio::test(start_paused = true)]
async fn a_batch_takes_two_records_of_one_key_and_keeps_their_order_through_a_retry() {
    async fn first_fails(
        batch: Batch<Order>,
        State(batches): State<Batches>,
    ) -> Vec<Result<(), std::io::Error>> {
        let first = batches.len() == 0;
        batches.note((ids(&batch), Instant::now()));
        let answer = |id| match first && id == 1 {
            true => Err(std::io::Error::other("not yet")),
            false => Ok(()),
        };
        ids(&batch).into_iter().map(answer).collect()
    }
    let (broker, batches) = (MemoryBroker::new(), Batches::new());
    topic(&broker, "in", 1).await;
    for id in 1..=4 {
        write(
            &broker,
            "in",
            Some(b"k"),
            Some(format!(r#"{{"id":{id}}}"#).as_bytes()),
            &Headers::new(),
        );
    }
    let running = run_one(
        &broker,
        batches.clone(),
        WorkerSpec::of("k", "in", first_fails).batch_size(2),
    )
    .await;
    until("all are handled", || {
        batches.all().iter().map(|(ids, _)| ids.len()).sum::<usize>() == 5
    })
    .await;
    assert_eq!(handled(&batches)[0], [1, 2], "one batch takes both");
    let later: Vec<u32> = handled(&batches)[1..].concat();
    assert_eq!(
        later,
        [1, 3, 4],
        "only the failed one again, before what is behind it"
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_number_of_answers_is_a_failure_of_every_record() {
    async fn short(_: Batch<Order>) -> Vec<Result<(), std::io::Error>> {
        vec![Ok(())]
    }
    let broker = MemoryBroker::new();
    one_partition(&broker, 0..2).await;
    let running = run_one(
        &broker,
        (),
        WorkerSpec::of("short", "in", short).batch_size(2).max_retries(0),
    )
    .await;
    until("both are dead letters", || broker.records("in.dlq").len() == 2).await;
    let error = header(&read(&broker, "in.dlq").await[0], dlq::ERROR);
    assert_eq!(error, "the batch handler returned 1 results for 2 records");
    end(running).await;
}
