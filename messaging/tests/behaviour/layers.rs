//! Middleware around handlers, and who watches.

use std::sync::Arc;

use futures_util::stream::{BoxStream, StreamExt};
use messaging::broker::memory::MemoryBroker;
use messaging::handler::ErasedHandler;
use messaging::outcome::{Outcome, Reason};
use messaging::{Attempt, Delivery, HandlerError, Layer, Observation, Observer, State, WorkerSpec};

use crate::support::*;

/// Notes before and after each run.
struct Noting(&'static str, Seen<String>);

struct Noted(String, Seen<String>, Arc<dyn ErasedHandler>);

impl Layer for Noting {
    fn layer(&self, worker: &str, inner: Arc<dyn ErasedHandler>) -> Arc<dyn ErasedHandler> {
        Arc::new(Noted(format!("{} of {worker}", self.0), self.1.clone(), inner))
    }
}

impl ErasedHandler for Noted {
    fn run(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
        self.1.note(format!("into {}", self.0));
        let (name, seen) = (self.0.clone(), self.1.clone());
        self.2
            .run(run)
            .inspect(move |_| seen.note(format!("out of {name}")))
            .boxed()
    }
    fn is_batch(&self) -> bool {
        self.2.is_batch()
    }
    fn needs_output_topic(&self) -> bool {
        self.2.needs_output_topic()
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_layer_is_the_outermost() {
    async fn handle(_: Order, State(seen): State<Seen<String>>) {
        seen.note("handle".into());
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let app = app_on(&broker)
        .layer(Noting("first", seen.clone()))
        .layer(Noting("second", seen.clone()));
    let running = started(app.state(seen.clone()).worker(WorkerSpec::of("w", "in", handle))).await;
    send(&running, "in", [1]).await;
    until("it is handled", || seen.len() == 5).await;
    assert_eq!(
        seen.all(),
        [
            "into first of w",
            "into second of w",
            "handle",
            "out of second of w",
            "out of first of w"
        ]
    );
    end(running).await;
}

/// Keeps what it is told, in words.
struct Notebook(Seen<String>);

impl Observer for Notebook {
    fn observe(&self, what: &Observation<'_>) {
        self.0.note(match what {
            Observation::Assigned { group, partition } => format!("{group} has {}", partition.topic),
            Observation::Revoked {
                group,
                partition,
                lost,
            } => format!("{group} has not {}: {lost}", partition.topic),
            Observation::Started {
                worker,
                records,
                finished,
                ..
            } => format!("{worker}: {finished} of {records}"),
            Observation::Failed {
                worker,
                reason,
                attempt,
                ..
            } => format!("{worker} failed: {} {attempt}", reason.as_str()),
            Observation::GivenUp {
                worker, dead_letter, ..
            } => format!("{worker} gave up: {dead_letter}"),
            Observation::Committed { group, partitions } => format!("{group} kept {partitions}"),
            other => format!("{other:?}"),
        });
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_hears_what_happens() {
    async fn fail(_: Order, Attempt(attempt): Attempt) -> Result<(), HandlerError> {
        match attempt {
            1 => panic!("at first"),
            _ => Err(HandlerError::reject("then")),
        }
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    topic(&broker, "in", 1).await;
    let app = app_on(&broker).observer(Notebook(seen.clone()));
    let running = started(app.worker(WorkerSpec::of("w", "in", fail).group_id("g"))).await;
    send(&running, "in", [1]).await;
    until("it is committed", || seen.all().contains(&"g kept 1".to_owned())).await;
    broker.lose("g", "in", 0);
    until("it was lost and came back", || seen.len() >= 9).await;
    let told: Vec<String> = seen.all();
    assert_eq!(
        told,
        [
            "g has in",
            "w failed: panic 1",
            "w: 1 of 1",
            "w failed: rejected 2",
            "w: 1 of 1",
            "w gave up: true",
            "g kept 1",
            "g has not in: true",
            "g has in",
        ]
    );
    assert_eq!(Reason::Rejected.as_str(), "rejected");
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn an_observer_hears_what_was_skipped() {
    use messaging::delivery::policy::OnExhausted;
    async fn fail(_: Order) -> Result<(), HandlerError> {
        Err(HandlerError::reject("no"))
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let app = app_on(&broker).observer(Notebook(seen.clone()));
    let running = started(app.worker(WorkerSpec::of("w", "in", fail).on_exhausted(OnExhausted::Skip))).await;
    send(&running, "in", [1]).await;
    until("it was given up", || {
        seen.all().contains(&"w gave up: false".to_owned())
    })
    .await;
    end(running).await;
}

/// Keeps what an error tracker would be sent.
struct Tracker(Seen<String>);

impl Observer for Tracker {
    fn observe(&self, what: &Observation<'_>) {
        let (end, reason, delivery, error) = match what {
            Observation::Failed {
                reason,
                delivery,
                error,
                ..
            } => ("failed", reason, delivery, error),
            Observation::GivenUp {
                reason,
                delivery,
                error,
                ..
            } => ("given up", reason, delivery, error),
            _ => return,
        };
        let key = String::from_utf8_lossy(delivery.key().unwrap_or_default());
        let reason = reason.as_str();
        self.0
            .note(format!("{delivery:?} of {key} {end}: {reason}: {error}"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_hears_of_which_record_and_why() {
    async fn fail(_: Order) -> Result<(), std::io::Error> {
        Err(std::io::Error::other("no gateway"))
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    topic(&broker, "in", 1).await;
    let app = app_on(&broker).observer(Tracker(seen.clone()));
    let running = started(app.worker(WorkerSpec::of("w", "in", fail).max_retries(1))).await;
    send(&running, "in", [7]).await;
    until("it is given up", || seen.len() == 3).await;
    assert_eq!(
        seen.all(),
        [
            "in[0]@0 attempt 1 of 7 failed: error: no gateway",
            "in[0]@0 attempt 2 of 7 failed: error: no gateway",
            "in[0]@0 attempt 2 of 7 given up: exhausted: no gateway",
        ]
    );
    end(running).await;
}
