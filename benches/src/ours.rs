//! The same work done by workers.

pub(crate) mod publish;
pub(crate) mod tracking;

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use messaging::{App, State, WorkerSpec};
use tokio::sync::Notify;

use crate::client;
use crate::data::{self, Invoice, Purchase};

/// How far the handlers are. Never freed, for each handler has one: a counted reference would cost what the loops by
/// hand do not pay.
#[derive(Clone, Copy)]
struct Progress(&'static Inner);

struct Inner {
    seen: AtomicUsize,
    all: usize,
    sum: AtomicI64,
    began: std::sync::OnceLock<Instant>,
    ended: std::sync::OnceLock<Instant>,
    done: Notify,
}

impl Progress {
    fn of(all: usize) -> Progress {
        Progress(Box::leak(Box::new(Inner {
            seen: AtomicUsize::new(0),
            all,
            sum: AtomicI64::new(0),
            began: Default::default(),
            ended: Default::default(),
            done: Notify::new(),
        })))
    }

    fn begin(&self) {
        if self.0.began.get().is_none() {
            let _ = self.0.began.set(Instant::now());
        }
    }

    /// Uses what was decoded, as the loop by hand does.
    fn add(&self, cents: i64) {
        self.0.sum.fetch_add(cents, Ordering::Relaxed);
        self.count();
    }

    fn count(&self) {
        if self.0.seen.fetch_add(1, Ordering::Relaxed) + 1 == self.0.all {
            let _ = self.0.ended.set(Instant::now());
            self.0.done.notify_one();
        }
    }

    fn took(&self, ended: Instant) -> Duration {
        self.0.began.get().map_or(Duration::ZERO, |began| ended - *began)
    }
}

fn app(brokers: &str, progress: &Progress, spec: WorkerSpec) -> App {
    let settings = [
        ("message_broker", "kafka"),
        ("kafka_bootstrap_servers", brokers),
        ("kafka_auto_commit_interval_ms", "100"),
        ("kafka_linger_ms", client::LINGER_MS),
    ];
    App::empty().configure(settings).state(*progress).worker(spec)
}

/// Consume, decode, commit each 100 ms.
pub(crate) async fn consume(brokers: &str, topic: &str, group: &str, records: usize) -> Result<f64> {
    async fn handle(purchase: Purchase, State(progress): State<Progress>) {
        progress.begin();
        progress.add(purchase.cents);
    }
    let progress = Progress::of(records);
    let spec = WorkerSpec::of("consume", topic, handle).group_id(group);
    let running = app(brokers, &progress, spec).start().await?;
    progress.0.done.notified().await;
    let ended = progress.0.ended.get().copied().unwrap_or_else(Instant::now);
    running.stop();
    running.join().await?;
    Ok(records as f64 / progress.took(ended).as_secs_f64())
}

/// Consume, transform, produce. The time ends when the last offset is committed, hence its output acknowledged, and the
/// group is left.
pub(crate) async fn transform(
    brokers: &str,
    topic: &str,
    output: &str,
    group: &str,
    records: usize,
) -> Result<f64> {
    async fn handle(purchase: Purchase, State(progress): State<Progress>) -> Invoice {
        progress.begin();
        progress.count();
        Invoice::from(purchase)
    }
    let progress = Progress::of(records);
    let spec = WorkerSpec::of("transform", topic, handle)
        .output_topic(output)
        .group_id(group);
    let running = app(brokers, &progress, spec).start().await?;
    progress.0.done.notified().await;
    running.stop();
    // A drain waits for the acknowledgements, then commits: that is the end of the work.
    running.join().await?;
    let ended = Instant::now();
    data::assert_written(brokers, output, records)?;
    Ok(records as f64 / progress.took(ended).as_secs_f64())
}

/// Handlers that wait 10 ms.
pub(crate) async fn waits(brokers: &str, group: &str, concurrency: usize, records: usize) -> Result<f64> {
    async fn handle(purchase: Purchase, State(progress): State<Progress>) {
        progress.begin();
        tokio::time::sleep(Duration::from_millis(10)).await;
        progress.add(purchase.cents);
    }
    let progress = Progress::of(records);
    let spec = WorkerSpec::of("waits", "waits", handle)
        .group_id(group)
        .concurrency(concurrency);
    let running = app(brokers, &progress, spec).start().await?;
    progress.0.done.notified().await;
    let ended = progress.0.ended.get().copied().unwrap_or_else(Instant::now);
    running.stop();
    running.join().await?;
    Ok(records as f64 / progress.took(ended).as_secs_f64())
}
