//! What happens to a record whose tries are used up: `on_exhausted`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use messaging::broker::memory::MemoryBroker;
use messaging::delivery::policy::OnExhausted;
use messaging::{State, WorkerSpec};

use crate::support::*;

/// Whether order 3 fails, and what was handled.
#[derive(Clone)]
struct Till(Arc<AtomicBool>, Seen<u32>);

async fn charge(order: Order, State(Till(broken, done)): State<Till>) -> Result<(), std::io::Error> {
    if order.id == 3 && broken.load(Ordering::Relaxed) {
        return Err(std::io::Error::other("the till is broken"));
    }
    done.note(order.id);
    Ok(())
}

fn till() -> Till {
    Till(Arc::new(AtomicBool::new(true)), Seen::new())
}

fn spec(on_exhausted: OnExhausted) -> WorkerSpec {
    WorkerSpec::of("charge", "in", charge)
        .on_exhausted(on_exhausted)
        .max_retries(1)
}

#[tokio::test(start_paused = true)]
async fn dlq_writes_to_the_workers_own_topic_and_goes_on() {
    let (broker, till) = (MemoryBroker::new(), till());
    topic(&broker, "in", 1).await;
    let running = run_one(&broker, till.clone(), spec(OnExhausted::Dlq).dlq_topic("morgue")).await;
    send(&running, "in", 1..=5).await;
    until("the dead letter is there", || orders(&broker, "morgue") == [3]).await;
    until("the others are handled", || till.1.len() == 4).await;
    pass(std::time::Duration::from_secs(1)).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 5);
    assert_eq!(broker.records("in.dlq"), vec![]);
}

#[tokio::test(start_paused = true)]
async fn skip_counts_it_as_done() {
    let (broker, till) = (MemoryBroker::new(), till());
    topic(&broker, "in", 1).await;
    let running = run_one(&broker, till.clone(), spec(OnExhausted::Skip)).await;
    send(&running, "in", 1..=5).await;
    until("the others are handled", || till.1.len() == 4).await;
    pass(std::time::Duration::from_secs(1)).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 5);
    assert_eq!(broker.records("in.dlq"), vec![]);
}

#[tokio::test(start_paused = true)]
async fn stop_ends_the_app_with_the_error_and_the_record_is_handled_at_the_next_start() {
    let (broker, till) = (MemoryBroker::new(), till());
    topic(&broker, "in", 1).await;
    let app = |till: &Till| {
        app_on(&broker)
            .state(till.clone())
            .worker(spec(OnExhausted::Stop).group_id("g"))
    };
    let running = started(app(&till)).await;
    send(&running, "in", 1..=5).await;
    let error = running.join().await.unwrap_err();
    assert!(error.is_stopped(), "{error}");
    assert_eq!(
        error.report(),
        "worker \"charge\" stopped at in[0]@2: exhausted: the till is broken"
    );
    assert_eq!(committed(&broker, "g", "in").await, 2, "the offset stays");
    assert_eq!(broker.records("in.dlq"), vec![]);

    till.0.store(false, Ordering::Relaxed);
    let running = started(app(&till)).await;
    until("it is handled after all", || till.1.all().contains(&3)).await;
    until("and what was behind it", || till.1.all().contains(&5)).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 5);
}

#[tokio::test(start_paused = true)]
async fn stop_drains_the_other_workers_of_the_app() {
    async fn slow(order: Order, State(seen): State<Seen<u32>>) {
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        seen.note(order.id);
    }
    let (broker, till, seen) = (MemoryBroker::new(), till(), Seen::<u32>::new());
    let slow = WorkerSpec::of("slow", "other", slow).group_id("other");
    let app = app_on(&broker).state(till).state(seen.clone()).worker(slow);
    let running = started(app.worker(spec(OnExhausted::Stop).group_id("g"))).await;
    send(&running, "other", [7]).await;
    send(&running, "in", [3]).await;
    assert!(running.join().await.unwrap_err().is_stopped());
    assert_eq!(seen.all(), [7], "what ran may finish");
    assert_eq!(committed(&broker, "other", "other").await, 1);
}
