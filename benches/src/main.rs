//! Speed of the framework beside well-tuned hand-written loops over the same client, against one real Kafka, in one run.
//!
//! `cargo run --release -p messaging-benches -- [consume|transform|waits|all] [PAIRS] [RECORDS]`
//!
//! Every pair runs both sides, the order changing from pair to pair; the table has medians, their spread, and the median
//! of the pairs' ratios. Both sides have the same client settings, struct, decoder, allocator and commit interval.

// Measuring reads the clock.
#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

mod client;
mod data;
mod ours;
mod raw;
mod report;

use anyhow::{Result, bail};
use messaging_tests::kafka::KafkaServer;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use report::{HEAD, Pairs, Run};

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let level = tracing_subscriber::EnvFilter::new("info,messaging=warn,messaging::app::topics=error");
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(std::io::stderr)
        .init();
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_else(|| "all".to_owned());
    let pairs = arguments.next().map_or(Ok(7), |text| text.parse())?;
    let records = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;

    let server = KafkaServer::builder().java_option("-Xmx1g").start()?;
    let bench = Bench {
        brokers: server.bootstrap(),
        pairs,
        records,
    };
    println!("{HEAD}");
    match what.as_str() {
        "consume" => bench.consume().await?,
        "transform" => bench.transform().await?,
        "waits" => bench.waits().await?,
        "all" => {
            bench.consume().await?;
            bench.transform().await?;
            bench.waits().await?;
        }
        other => bail!("there is no benchmark \"{other}\"; take consume, transform, waits or all"),
    }
    Ok(())
}

/// What all benchmarks share.
struct Bench {
    brokers: String,
    pairs: usize,
    records: usize,
}

impl Bench {
    /// Consume, decode, commit each 100 ms.
    async fn consume(&self) -> Result<()> {
        data::fill(&self.brokers, "consume", 3, self.records, 100_000)?;
        let mut pairs = Pairs::default();
        // The first pair warms the server up and does not count.
        for pair in 0..=self.pairs {
            for side in order(pair) {
                let group = format!("consume-{pair}-{side}");
                let run = measured(self.records, async || match side {
                    0 => raw::consume(&self.brokers, "consume", &group, self.records),
                    _ => ours::consume(&self.brokers, "consume", &group, self.records).await,
                })
                .await?;
                pairs.add(pair, side, run);
            }
            eprintln!("consume: pair {pair} of {}: {}", self.pairs, pairs.last());
        }
        println!("{}", pairs.row("consume, decode, commit each 100 ms"));
        Ok(())
    }

    /// Consume, transform, produce, commit what is acknowledged each 100 ms.
    async fn transform(&self) -> Result<()> {
        data::fill(&self.brokers, "transform", 3, self.records, 100_000)?;
        let mut pairs = Pairs::default();
        // The first pair warms the server up and does not count.
        for pair in 0..=self.pairs {
            for side in order(pair) {
                let (group, output) = (format!("transform-{pair}-{side}"), format!("out-{pair}-{side}"));
                data::create(&self.brokers, &output, 3)?;
                let run = measured(self.records, async || match side {
                    0 => raw::transform(&self.brokers, "transform", &output, &group, self.records),
                    _ => ours::transform(&self.brokers, "transform", &output, &group, self.records).await,
                })
                .await?;
                data::delete(&self.brokers, &output)?;
                pairs.add(pair, side, run);
            }
            eprintln!("transform: pair {pair} of {}: {}", self.pairs, pairs.last());
        }
        println!("{}", pairs.row("consume, transform, produce, commit each 100 ms"));
        Ok(())
    }

    /// Handlers that wait 10 ms: one at a time, and 500 at once, on one partition with 10,000 keys.
    async fn waits(&self) -> Result<()> {
        const SERIAL: usize = 300;
        const CONCURRENT: usize = 50_000;
        data::fill(&self.brokers, "waits", 1, CONCURRENT, 10_000)?;
        let mut pairs = Pairs::default();
        // The first pair warms the server up and does not count.
        for pair in 0..=self.pairs {
            for (side, concurrency, records) in [(0, 1, SERIAL), (1, 500, CONCURRENT)] {
                let group = format!("waits-{pair}-{concurrency}");
                let run = measured(records, async || {
                    ours::waits(&self.brokers, &group, concurrency, records).await
                });
                pairs.add(pair, side, run.await?);
            }
            eprintln!("waits: pair {pair} of {}: {}", self.pairs, pairs.last());
        }
        println!("{}", pairs.row("10 ms handlers, serial beside 500 at once"));
        Ok(())
    }
}

/// Runs one side and notes what it cost this process.
async fn measured(records: usize, side: impl AsyncFnOnce() -> Result<f64>) -> Result<Run> {
    let before = processor_time()?;
    let rate = side().await?;
    let processor = (processor_time()? - before) / records as f64;
    Ok(Run { rate, processor })
}

/// What this process used until now, in microseconds.
fn processor_time() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok((usage.user_time() + usage.system_time()).num_microseconds() as f64)
}

/// Which side goes first changes from pair to pair.
fn order(pair: usize) -> [usize; 2] {
    if pair.is_multiple_of(2) { [0, 1] } else { [1, 0] }
}
