//! Sending messages.

use anyhow::Result;

use super::Bench;
use crate::data::{self, Purchase};
use crate::ours::publish::Sender;
use crate::raw::publish::{self as raw, With};

/// How many messages are awaited one by one: each takes a round trip.
const ONE_BY_ONE: usize = 2_000;
/// The topic that all of them are sent to; its type has the key.
const TOPIC: &str = "published";

impl Bench {
    /// Every way to send, beside the client's own thread that sends and forgets.
    pub(crate) async fn publish(&self) -> Result<()> {
        let purchases = data::purchases(10_000);
        let cycled = || purchases.iter().cycle().take(self.records);
        let forgotten = async |sender: Sender| sender.fire_and_forget(cycled()).await;
        self.beside_raw("publish, fire and forget", With::Key, &purchases, forgotten)
            .await?;
        let awaited = async |sender: Sender| sender.in_a_window(cycled()).await;
        self.beside_raw(
            "publish, every receipt awaited, 10,000 at a time",
            With::Key,
            &purchases,
            awaited,
        )
        .await?;
        let headers = async |sender: Sender| sender.with_a_header(cycled()).await;
        self.beside_raw(
            "publish, one header, not awaited",
            With::KeyAndHeader,
            &purchases,
            headers,
        )
        .await?;
        self.one_by_one(&purchases).await
    }

    async fn beside_raw(
        &self,
        title: &str,
        with: With,
        purchases: &[Purchase],
        ours: impl AsyncFn(Sender) -> Result<f64>,
    ) -> Result<()> {
        let run = async |_, side| {
            data::create(&self.brokers, TOPIC, 3)?;
            let cycled = purchases.iter().cycle().take(self.records);
            let rate = match side {
                0 => raw::threaded(&self.brokers, TOPIC, cycled, with)?,
                _ => ours(Sender::connect(&self.brokers).await?).await?,
            };
            data::assert_written(&self.brokers, TOPIC, self.records)?;
            data::delete(&self.brokers, TOPIC)?;
            Ok(rate)
        };
        self.compare(title, [self.records; 2], run).await
    }

    /// By hand without a linger, ours with one of 5 ms: who waits must not pay it.
    async fn one_by_one(&self, purchases: &[Purchase]) -> Result<()> {
        let run = async |_, side| {
            data::create(&self.brokers, TOPIC, 3)?;
            let few = &purchases[..ONE_BY_ONE];
            let rate = match side {
                0 => raw::one_by_one(&self.brokers, TOPIC, few).await?,
                _ => Sender::connect(&self.brokers).await?.one_by_one(few).await?,
            };
            data::delete(&self.brokers, TOPIC)?;
            Ok(rate)
        };
        let title = "publish, awaited one by one: by hand at linger 0, ours at linger 5 ms";
        self.compare(title, [ONE_BY_ONE; 2], run).await
    }
}
