//! A producer by hand, beside every App.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Producer, all};
use crate::app::{broker_by_hand, reach};
use crate::broker::Broker;
use crate::error::{Kind, Result};
use crate::settings::Settings;

/// How long the broker may take to answer whether it is there.
const PROBE: Duration = Duration::from_secs(5);

impl Producer {
    /// A producer of its own for the broker that `settings` name, with a client of its own: two of them may send to two
    /// clusters in one process. The broker is reached first, trying again as `kafka_connect_retries` says.
    ///
    /// With `kafka_enabled = false` nothing connects, and every send fails with
    /// [`Error::is_disabled`](crate::Error::is_disabled). On memory, all that is connected by hand in this process
    /// shares one broker; Apps have their own.
    ///
    /// ```no_run
    /// # async fn example() -> messaging::Result<()> {
    /// use messaging::Producer;
    /// use messaging::settings::{Settings, Sources};
    ///
    /// let settings = Settings::load(&Sources::from_process().code([("kafka_client_id", "reports")]))?;
    /// let producer = Producer::connect(&settings).await?;
    /// producer.send("reports", &"done".to_owned()).await?;
    /// producer.close().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A broker that cannot be reached, and a client that cannot be made from these settings.
    pub async fn connect(settings: &Settings) -> Result<Producer> {
        Producer::over(broker_by_hand(settings), settings).await
    }

    /// The same for a broker at hand, such as a [`MemoryBroker`](crate::broker::memory::MemoryBroker) that a test looks
    /// into.
    ///
    /// # Errors
    /// As [`Producer::connect`].
    pub async fn connect_to(broker: impl Broker + 'static, settings: &Settings) -> Result<Producer> {
        Producer::over(Some(Arc::new(broker)), settings).await
    }

    async fn over(broker: Option<Arc<dyn Broker>>, settings: &Settings) -> Result<Producer> {
        let producer = Producer::new(broker, settings.clone(), None);
        producer.open().await?;
        all::note(&producer);
        Ok(producer)
    }

    /// Reaches the broker and makes the client; a closed producer sends again.
    pub(super) async fn open(&self) -> Result<()> {
        self.0.closed.store(false, Ordering::Relaxed);
        let Some(broker) = &self.0.broker else {
            tracing::warn!("kafka is switched off by kafka_enabled = false: every publish will be an error");
            return Ok(());
        };
        reach(&**broker, &self.0.settings).await?;
        self.publisher().map(drop)
    }

    /// Asks the broker whether it is there, for 5 s at most: for a readiness probe, not for each message. `false` as
    /// well when messaging is switched off, or the producer closed.
    pub async fn is_connected(&self) -> bool {
        let Some(broker) = &self.0.broker else {
            return false;
        };
        let closed = self.0.closed.load(Ordering::Relaxed);
        !closed && matches!(tokio::time::timeout(PROBE, broker.probe()).await, Ok(Ok(())))
    }

    /// Takes no more messages, and waits until those that were sent have been acknowledged or have failed, for
    /// `shutdown_timeout_ms` at most. This holds for all clones. The client ends with the last of them.
    ///
    /// # Errors
    /// When messages are left, or some failed with nobody waiting and without a callback, such as
    /// [`on_failure`](Producer::on_failure): [`Error::is_unsent`](crate::Error::is_unsent). What has failed is told
    /// only once.
    pub async fn close(&self) -> Result<()> {
        self.0.closed.store(true, Ordering::Relaxed);
        self.drain().await?;
        self.tell_failed()
    }

    /// Waits for what was sent.
    pub(super) async fn drain(&self) -> Result<()> {
        let within = self.0.settings.shutdown_timeout_ms;
        match self.flush(within).await {
            0 => Ok(()),
            messages => Err(Kind::Unsent { messages, within }.into()),
        }
    }
}
