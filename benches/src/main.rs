//! Speed of the framework beside well-tuned hand-written loops over the same client, against one real Kafka, in one
//! run.
//!
//! `cargo run --release -p messaging-benches -- [consume|transform|waits|publish|methods|tracking|all] [PAIRS] [RECORDS]`
//!
//! Every pair runs both sides, the order changing from pair to pair; the table has medians, their spread, and the
//! median of the pairs' ratios. Both sides have the same client settings, struct, decoder, allocator and commit
//! interval.

// Measuring reads the clock.
#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

mod bench;
mod client;
mod data;
mod ours;
mod raw;
mod report;

use anyhow::{Result, bail};
use bench::Bench;
use messaging_tests::kafka::KafkaServer;
use report::HEAD;

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
        "publish" => bench.publish().await?,
        "methods" => bench.methods().await?,
        "tracking" => bench.tracking().await?,
        "all" => {
            bench.consume().await?;
            bench.transform().await?;
            bench.waits().await?;
            bench.publish().await?;
            bench.tracking().await?;
            bench.methods().await?;
        }
        other => bail!(
            "there is no benchmark \"{other}\"; take consume, transform, waits, publish, methods, tracking or all"
        ),
    }
    Ok(())
}
