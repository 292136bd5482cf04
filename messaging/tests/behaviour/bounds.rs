//! A worker has only so much in hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::{Headers, State, WorkerSpec};
use tokio::sync::Semaphore;

use crate::support::*;

/// How many wait in the handler for a permit.
#[derive(Clone)]
struct Gate(Arc<Semaphore>, Arc<AtomicUsize>);

impl Gate {
    fn closed() -> Gate {
        Gate(Arc::new(Semaphore::new(0)), Arc::default())
    }
    fn inside(&self) -> usize {
        self.1.load(Ordering::Relaxed)
    }
}

async fn pass_gate(text: String, State(gate): State<Gate>) {
    gate.1.fetch_add(1, Ordering::Relaxed);
    gate.0.acquire().await.unwrap().forget();
    gate.1.fetch_sub(1, Ordering::Relaxed);
    drop(text);
}

/// Every record of one partition has its own key.
async fn fill(broker: &MemoryBroker, count: u32, bytes: usize) {
    topic(broker, "in", 1).await;
    for id in 0..count {
        write(
            broker,
            "in",
            Some(&id.to_be_bytes()),
            Some("x".repeat(bytes).as_bytes()),
            &Headers::new(),
        );
    }
}

/// Handles 300 records through a gate that lets one pass at a time, and says how many were inside at most.
async fn most_inside(spec: WorkerSpec, bytes: usize) -> usize {
    let (broker, gate) = (MemoryBroker::new(), Gate::closed());
    fill(&broker, 300, bytes).await;
    let running = run_one(&broker, gate.clone(), spec.concurrency(1000)).await;
    let mut most = 0;
    for _ in 0..300 {
        pass(Duration::from_millis(10)).await;
        most = most.max(gate.inside());
        gate.0.add_permits(1);
    }
    until("all are handled", || gate.inside() == 0).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 300, "no bound stalls");
    most
}

#[tokio::test(start_paused = true)]
async fn max_in_flight_bounds_what_is_started() {
    assert_eq!(
        most_inside(WorkerSpec::of("gate", "in", pass_gate).max_in_flight(7), 1).await,
        7
    );
}

#[tokio::test(start_paused = true)]
async fn without_bounds_all_are_started() {
    assert_eq!(most_inside(WorkerSpec::of("gate", "in", pass_gate), 1).await, 300);
}

#[tokio::test(start_paused = true)]
async fn max_bytes_bounds_what_is_started() {
    let spec = WorkerSpec::of("gate", "in", pass_gate).max_bytes(1000);
    assert_eq!(
        most_inside(spec, 100).await,
        10,
        "of 104 bytes with their keys: nine are below the bound, the tenth passes it"
    );
}

#[tokio::test(start_paused = true)]
async fn a_record_larger_than_max_bytes_passes_alone() {
    assert_eq!(
        most_inside(WorkerSpec::of("gate", "in", pass_gate).max_bytes(10), 100).await,
        1
    );
}

#[tokio::test(start_paused = true)]
async fn max_ahead_bounds_what_is_done_behind_an_unfinished_record() {
    async fn first_waits(text: String, State((gate, seen)): State<(Gate, Seen<String>)>) {
        if text == "0" {
            gate.0.acquire().await.unwrap().forget();
        }
        seen.note(text);
    }
    let (broker, gate, seen) = (MemoryBroker::new(), Gate::closed(), Seen::<String>::new());
    topic(&broker, "in", 1).await;
    for id in 0..100_u32 {
        write(
            &broker,
            "in",
            Some(&id.to_be_bytes()),
            Some(id.to_string().as_bytes()),
            &Headers::new(),
        );
    }
    let spec = WorkerSpec::of("first", "in", first_waits)
        .concurrency(2)
        .max_ahead(10);
    let running = run_one(&broker, (gate.clone(), seen.clone()), spec).await;
    pass(Duration::from_secs(60)).await;
    assert_eq!(seen.len(), 10);
    gate.0.add_permits(1);
    until("all are handled", || seen.len() == 100).await;
    end(running).await;
}
