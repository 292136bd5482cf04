//! Handling records.

use anyhow::Result;

use super::Bench;
use crate::{data, ours, raw};

impl Bench {
    /// Consume, decode, commit each 100 ms.
    pub(crate) async fn consume(&self) -> Result<()> {
        let records = self.records;
        data::fill(&self.brokers, "consume", 3, records, 100_000)?;
        let run = async |pair, side| {
            let group = format!("consume-{pair}-{side}");
            match side {
                0 => raw::consume(&self.brokers, "consume", &group, records),
                _ => ours::consume(&self.brokers, "consume", &group, records).await,
            }
        };
        self.compare("consume, decode, commit each 100 ms", [records; 2], run)
            .await
    }

    /// Consume, transform, produce, commit what is acknowledged each 100 ms.
    pub(crate) async fn transform(&self) -> Result<()> {
        let records = self.records;
        data::fill(&self.brokers, "transform", 3, records, 100_000)?;
        let run = async |pair, side| {
            let (group, output) = (format!("transform-{pair}-{side}"), format!("out-{pair}-{side}"));
            data::create(&self.brokers, &output, 3)?;
            let rate = match side {
                0 => raw::transform(&self.brokers, "transform", &output, &group, records)?,
                _ => ours::transform(&self.brokers, "transform", &output, &group, records).await?,
            };
            data::delete(&self.brokers, &output)?;
            Ok(rate)
        };
        self.compare(
            "consume, transform, produce, commit each 100 ms",
            [records; 2],
            run,
        )
        .await
    }

    /// Handlers that wait 10 ms: one at a time, and 500 at once, on one partition with 10,000 keys.
    pub(crate) async fn waits(&self) -> Result<()> {
        const CONCURRENCY: [usize; 2] = [1, 500];
        const RECORDS: [usize; 2] = [300, 50_000];
        data::fill(&self.brokers, "waits", 1, RECORDS[1], 10_000)?;
        let run = async |pair, side: usize| {
            let concurrency = CONCURRENCY[side];
            let group = format!("waits-{pair}-{concurrency}");
            ours::waits(&self.brokers, &group, concurrency, RECORDS[side]).await
        };
        self.compare("10 ms handlers, serial beside 500 at once", RECORDS, run)
            .await
    }
}
