//! A web service that publishes, beside a producer that only does that.

use std::sync::Arc;

use anyhow::Result;
use serde_json::json;

use super::Bench;
use crate::data;
use crate::ours::publish::Sender;
use crate::ours::tracking::{CLIENTS, TOPIC};
use crate::raw::publish::{self as raw, With};

/// How many events a request has.
const EVENTS: usize = 1_000;

impl Bench {
    /// By hand, the events are encoded and sent; ours takes them by HTTP, clients and server in this process.
    pub(crate) async fn tracking(&self) -> Result<()> {
        let events = data::purchases(EVENTS);
        let body: Arc<str> = json!({"events": events}).to_string().into();
        let requests = (self.records / EVENTS / CLIENTS).max(1);
        let records = requests * EVENTS * CLIENTS;
        let run = async |_, side| {
            data::create(&self.brokers, TOPIC, 3)?;
            let cycled = events.iter().cycle().take(records);
            let rate = match side {
                0 => raw::threaded(&self.brokers, TOPIC, cycled, With::Value)?,
                _ => {
                    let sender = Sender::connect(&self.brokers).await?;
                    sender.tracked(&body, requests).await?
                }
            };
            data::assert_written(&self.brokers, TOPIC, records)?;
            data::delete(&self.brokers, TOPIC)?;
            Ok(rate)
        };
        let title = "tracking: requests of 1,000 events by HTTP, beside a producer alone";
        self.compare(title, [records; 2], run).await
    }
}
