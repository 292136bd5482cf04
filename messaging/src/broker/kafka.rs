//! Apache Kafka over librdkafka.
//!
//! librdkafka's calls may block, so each client has threads of its own, and no runtime ever waits for one: a call that
//! does not come back costs its thread and nothing else.
//!
//! | file | what it does |
//! |---|---|
//! | `settings`, `config` | settings to librdkafka's properties |
//! | `error` | what librdkafka's errors mean |
//! | `subscription` | the driver's side of a group member |
//! | `poll_thread` | the thread that owns the member's client |
//! | `member` | what the two share |
//! | `commits` | the thread that commits |
//! | `rebalance` | assigned, revoked, lost |
//! | `partitions`, `fill` | slots and epochs; records into batches |
//! | `outputs`, `ledger` | a subscription's own producer: never gives up |
//! | `publisher`, `hurry`, `receipts`, `given_back` | users' sends: answered once |
//! | `alone` | a cache line for one value |
//! | `tokens` | gives each client its token, again and again |
//! | `ffi` | fetching and sending past rdkafka: the only unsafe code |
//! | `admin`, `probe` | topics and groups; is anybody there |
//! | `reader` | records without a group |

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use crate::broker::{
    Admin, Broker, BrokerError, Capabilities, FailureHook, Publisher, Reader, Start, Subscribe, Subscription,
    TopicPartition,
};
use crate::delivery::Settlement;

mod admin;
mod alone;
mod commits;
mod config;
mod error;
mod ffi;
mod fill;
mod given_back;
mod hurry;
mod joining;
mod ledger;
mod log;
mod member;
mod outputs;
mod partitions;
mod poll_thread;
mod probe;
mod publisher;
mod reader;
mod rebalance;
mod receipts;
mod revoke_time;
mod send;
mod settings;
mod subscription;
mod tokens;

#[cfg(test)]
pub(crate) use config::tests::REACHES;
pub use config::{KafkaConfig, PREFETCH_KIB, PREFETCH_RECORDS, StatisticsHook};
pub use tokens::Tokens;

/// A Kafka cluster.
#[derive(Clone, Debug)]
pub struct Kafka {
    config: KafkaConfig,
}

impl Kafka {
    /// The cluster that the configuration names; connects to nothing yet.
    ///
    /// What this build does not have, such as TLS without the feature `kafka-tls`, is refused once it is used.
    pub fn new(config: KafkaConfig) -> Kafka {
        crate::program::reaches(&config.address());
        Kafka { config }
    }

    /// For making a client.
    fn config(&self) -> Result<&KafkaConfig, BrokerError> {
        self.config.check(|_| String::new())?;
        Ok(&self.config)
    }
}

impl Broker for Kafka {
    fn name(&self) -> &'static str {
        "kafka"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            settlement: Settlement::Offsets,
            transactions: false,
            replay: true,
            admin: true,
            // Whether it does is the broker's to decide, and only for who publishes.
            makes_topics: false,
            own_thread: true,
        }
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), BrokerError>> {
        Box::pin(async { probe::probe(self.config()?).await })
    }

    fn publisher(&self, on_failure: FailureHook) -> Result<Arc<dyn Publisher>, BrokerError> {
        Ok(Arc::new(publisher::KafkaPublisher::connect(
            self.config()?,
            on_failure,
        )?))
    }

    fn subscribe(&self, request: &Subscribe) -> Result<Box<dyn Subscription>, BrokerError> {
        Ok(Box::new(subscription::KafkaSubscription::join(
            self.config()?,
            request,
        )?))
    }

    fn admin(&self) -> Result<Arc<dyn Admin>, BrokerError> {
        Ok(Arc::new(admin::KafkaAdmin::connect(self.config()?)?))
    }

    fn reader(&self, from: &[(TopicPartition, Start)]) -> Result<Box<dyn Reader>, BrokerError> {
        Ok(Box::new(reader::KafkaReader::start(self.config()?, from)?))
    }
}

/// Starts a thread with a name.
fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), BrokerError> {
    let started = thread::Builder::new().name(name.to_owned()).spawn(run);
    let failed = |error: std::io::Error| BrokerError::Failed {
        what: format!("starting the thread \"{name}\""),
        why: error.to_string(),
    };
    started.map(drop).map_err(failed)
}

/// Drops a client on a thread of its own, because that waits for the client's threads.
fn end(client: impl Send + 'static) {
    // Without a thread it is dropped here: late is better than never.
    let _ = spawn("kafka-end", move || drop(client));
}

/// Waits for a call that blocks; a runtime's own blocking threads would be waited for at its end.
async fn blocking<T: Send + 'static>(
    name: &str,
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, BrokerError> {
    let (answer, answered) = oneshot::channel();
    spawn(name, move || drop(answer.send(call())))?;
    answered.await.map_err(|_| BrokerError::Closed)
}

/// Real time: librdkafka has no other.
#[allow(clippy::disallowed_methods, reason = "the broker's time is real")]
fn now() -> Instant {
    Instant::now()
}
