//! A broker that is not compiled in: everything it is asked for is refused with what to build, as `check` does.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::broker::{
    Admin, Broker, BrokerError, Capabilities, FailureHook, Publisher, Subscribe, Subscription,
};
use crate::delivery::Settlement;

/// Kafka in a build without the feature `kafka`.
pub(super) struct Absent;

fn refused() -> BrokerError {
    BrokerError::Setting(
        "Kafka is not compiled in; build `messaging` with the feature \"kafka\", or set message_broker to memory"
            .to_owned(),
    )
}

impl Broker for Absent {
    fn name(&self) -> &'static str {
        "kafka"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            settlement: Settlement::Offsets,
            transactions: false,
            replay: false,
            admin: false,
            makes_topics: false,
            own_thread: false,
        }
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), BrokerError>> {
        Box::pin(async { Err(refused()) })
    }

    fn publisher(&self, _: FailureHook) -> Result<Arc<dyn Publisher>, BrokerError> {
        Err(refused())
    }

    fn subscribe(&self, _: &Subscribe) -> Result<Box<dyn Subscription>, BrokerError> {
        Err(refused())
    }

    fn admin(&self) -> Result<Arc<dyn Admin>, BrokerError> {
        Err(refused())
    }
}
