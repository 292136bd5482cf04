//! What the ways to send cost, by settings: the table of docs/producing.md.

use std::cell::RefCell;
use std::time::Duration;

use anyhow::{Context, Result};
use messaging::Producer;

use super::Bench;
use crate::data::{self, Purchase};
use crate::ours::publish::{Calls, Published, Sender};

/// How many messages a batch has.
const BATCH: usize = 500;
/// How many are awaited one by one: each takes a round trip.
const AWAITED: usize = 2_000;

/// The settings that are compared, each with its name in the table.
const TUNED: [(&str, &[(&str, &str)]); 4] = [
    ("the defaults", &[]),
    ("linger 5 ms", &[("kafka_linger_ms", "5")]),
    (
        "linger 5 ms, lz4",
        &[("kafka_linger_ms", "5"), ("kafka_compression_type", "lz4")],
    ),
    (
        "linger 5 ms, batches of 32 KiB",
        &[("kafka_linger_ms", "5"), ("kafka_max_batch_size", "32768")],
    ),
];

impl Bench {
    /// Every way to send with every tuning.
    pub(crate) async fn methods(&self) -> Result<()> {
        println!(
            "\n| method | settings | messages/s | p50 of a call | p99 of a call |\n|---|---|---|---|---|"
        );
        let purchases = &data::purchases(10_000);
        let at = |index: usize| &purchases[index % purchases.len()];
        let many = self.records / 5;
        let wait =
            async |producer: &Producer, index| Ok(producer.send(Published, at(index)).await.map(|_| 1)?);
        self.method("wait", AWAITED, wait).await?;
        let no_wait = async |producer: &Producer, index| {
            Ok(producer.send(Published, at(index)).wait(false).await.map(|_| 1)?)
        };
        self.method("no wait", many, no_wait).await?;
        let forget = async |producer: &Producer, index| {
            Ok(producer
                .send_fire_and_forget(Published, at(index))
                .await
                .map(|()| 1)?)
        };
        self.method("fire and forget", many, forget).await?;
        let ready = batches(many * TUNED.len());
        let batch = async |producer: &Producer, _| {
            let batch = ready.borrow_mut().pop().context("all batches are sent")?;
            Ok(producer.send_batch(Published, batch).await?.len())
        };
        self.method("batch of 500, awaited", many, batch).await
    }

    async fn method(
        &self,
        name: &str,
        messages: usize,
        send: impl AsyncFn(&Producer, usize) -> Result<usize>,
    ) -> Result<()> {
        for (tuning, settings) in TUNED {
            data::create(&self.brokers, "published", 3)?;
            let sender = Sender::tuned(&self.brokers, settings).await?;
            // The first calls wait for the connection.
            sender.timed(1, &send).await?;
            let calls = sender.timed(messages, &send).await?;
            data::delete(&self.brokers, "published")?;
            println!("{}", row(name, tuning, &calls));
        }
        Ok(())
    }
}

/// Batches for so many messages and one more for each tuning, made before the time is taken: they are sent by value.
fn batches(messages: usize) -> RefCell<Vec<Vec<Purchase>>> {
    let count = messages.div_ceil(BATCH) + 2 * TUNED.len();
    RefCell::new((0..count).map(|_| data::purchases(BATCH)).collect())
}

fn row(name: &str, tuning: &str, calls: &Calls) -> String {
    let [half, most] = [50, 99].map(|percent| shown(calls.percentile(percent)));
    format!("| {name} | {tuning} | {:.0} | {half} | {most} |", calls.rate)
}

fn shown(time: Duration) -> String {
    match time.as_micros() {
        micros if micros < 1_000 => format!("{:.1} µs", time.as_secs_f64() * 1e6),
        _ => format!("{:.2} ms", time.as_secs_f64() * 1e3),
    }
}
