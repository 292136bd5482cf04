//! Sending by a producer.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use messaging::settings::{Settings, Sources};
use messaging::{Producer, topic};

use crate::client;
use crate::data::Purchase;

/// How many sends are awaited at a time.
const WINDOW: usize = 10_000;

#[topic(name = "published", schema = Purchase, key = client)]
pub(crate) struct Published;

/// How fast messages were sent, and how long the calls took, the shortest first.
pub(crate) struct Calls {
    pub(crate) rate: f64,
    took: Vec<Duration>,
}

impl Calls {
    /// The time that so many hundredths of the calls were done in.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let last = self.took.len().saturating_sub(1);
        self.took
            .get((self.took.len() * percent / 100).min(last))
            .copied()
            .unwrap_or_default()
    }
}

/// A producer of its own for each run.
pub(crate) struct Sender(Producer);

impl Sender {
    pub(crate) async fn connect(brokers: &str) -> Result<Sender> {
        Sender::tuned(brokers, &[("kafka_linger_ms", client::LINGER_MS)]).await
    }

    /// What it sends with.
    pub(super) fn producer(&self) -> Producer {
        self.0.clone()
    }

    pub(crate) async fn tuned(brokers: &str, settings: &[(&'static str, &'static str)]) -> Result<Sender> {
        let sources = Sources::default()
            .code([("kafka_bootstrap_servers", brokers)])
            .code(settings.iter().copied());
        Ok(Sender(Producer::connect(&Settings::load(&sources)?).await?))
    }

    /// Hands over and forgets.
    pub(crate) async fn fire_and_forget<'a>(
        &self,
        purchases: impl Iterator<Item = &'a Purchase>,
    ) -> Result<f64> {
        let (began, mut sent) = (Instant::now(), 0);
        for purchase in purchases {
            self.0.send_fire_and_forget(Published, purchase).await?;
            sent += 1;
        }
        self.rate(sent, began).await
    }

    /// Awaits every receipt, many at a time.
    pub(crate) async fn in_a_window<'a>(&self, purchases: impl Iterator<Item = &'a Purchase>) -> Result<f64> {
        let began = Instant::now();
        let sends = stream::iter(purchases.map(|purchase| self.0.send(Published, purchase).into_future()));
        let receipts = sends.buffer_unordered(WINDOW);
        let sent = receipts.try_fold(0, async |sent, _| Ok(sent + 1)).await?;
        self.rate(sent, began).await
    }

    /// Sends with a header, without waiting.
    pub(crate) async fn with_a_header<'a>(
        &self,
        purchases: impl Iterator<Item = &'a Purchase>,
    ) -> Result<f64> {
        let (began, mut sent) = (Instant::now(), 0);
        for purchase in purchases {
            let message = self.0.send(Published, purchase).header("source", "till");
            message.wait(false).await?;
            sent += 1;
        }
        self.rate(sent, began).await
    }

    /// Awaits each receipt before the next is sent.
    pub(crate) async fn one_by_one(&self, purchases: &[Purchase]) -> Result<f64> {
        let began = Instant::now();
        for purchase in purchases {
            self.0.send(Published, purchase).await?;
        }
        self.rate(purchases.len(), began).await
    }

    /// Calls `send` until so many messages are sent, and says how long each call took.
    pub(crate) async fn timed(
        &self,
        messages: usize,
        send: impl AsyncFn(&Producer, usize) -> Result<usize>,
    ) -> Result<Calls> {
        let (began, mut sent, mut took) = (Instant::now(), 0, Vec::new());
        while sent < messages {
            let called = Instant::now();
            sent += send(&self.0, sent).await?;
            took.push(called.elapsed());
        }
        let rate = self.rate(sent, began).await?;
        took.sort_unstable();
        Ok(Calls { rate, took })
    }

    /// Messages per second until all were acknowledged.
    pub(super) async fn rate(&self, sent: usize, began: Instant) -> Result<f64> {
        let unsent = self.0.flush(Duration::from_secs(120)).await;
        ensure!(
            unsent == 0 && self.0.failed() == 0,
            "{unsent} messages were not acknowledged"
        );
        Ok(sent as f64 / began.elapsed().as_secs_f64())
    }
}
