//! Methods as handlers: their instance is a state of the App.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use messaging::broker::memory::MemoryBroker;
use messaging::extract::Instance;
use messaging::{Attempt, State, WorkerSpec};

use crate::support::*;

struct Counter(AtomicU32);

impl Counter {
    async fn add(&self, order: Order, Attempt(attempt): Attempt) {
        self.0.fetch_add(order.id * attempt, Ordering::Relaxed);
    }
}

/// Counts its instances.
struct Made(u32);

impl Default for Made {
    fn default() -> Made {
        static MADE: AtomicU32 = AtomicU32::new(0);
        Made(MADE.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

fn spec() -> WorkerSpec {
    // What a macro on an impl writes: the method's future borrows, so a closure owns the instance.
    let add = |order: Order, this: Instance<Counter>, attempt: Attempt| async move {
        Counter::add(&this, order, attempt).await
    };
    WorkerSpec::of("add", "in", add)
}

#[tokio::test(start_paused = true)]
async fn every_record_is_handled_by_the_one_instance() {
    let (broker, counter) = (MemoryBroker::new(), Arc::new(Counter(AtomicU32::new(0))));
    let running = run_one(&broker, counter.clone(), spec()).await;
    send(&running, "in", [1, 2, 4]).await;
    until("all are counted", || counter.0.load(Ordering::Relaxed) == 7).await;
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_nobody_gives_is_made_once_by_default() {
    let broker = MemoryBroker::new();
    let made = Arc::new(AtomicU32::new(0));
    let tell = |order: Order, this: Instance<Made>, State(made): State<Arc<AtomicU32>>| async move {
        made.fetch_add(this.0 * order.id, Ordering::Relaxed);
    };
    let spec = WorkerSpec::of("tell", "in", tell).default_instance(Some(Made::default));
    let running = run_one(&broker, made.clone(), spec).await;
    send(&running, "in", [1, 2, 4]).await;
    until("all are told", || made.load(Ordering::Relaxed) == 7).await;
    end(running).await;
}

#[test]
fn a_missing_instance_is_named_by_the_check() {
    let broker = MemoryBroker::new();
    let error = app_on(&broker).worker(spec()).check().unwrap_err();
    assert!(error.report().contains("methods::Counter"), "{error:?}");
}
