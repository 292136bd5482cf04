//! Topics that are made after the start: their dead letter topics are made when they are taken up.

use std::sync::Arc;
use std::time::Duration;

use super::{dead_letters, look_at, names};
use crate::app::Resolved;
use crate::broker::Broker;
use crate::outcome::describe;

/// How often a topic that was just taken up is looked at, for not every node of a broker knows it at once.
const LOOKS: u32 = 20;

/// How long it is waited between two looks.
const BETWEEN: Duration = Duration::from_millis(500);

/// Makes the dead letter topics of topics that come later.
#[derive(Clone)]
pub(in crate::app) struct LateTopics {
    broker: Arc<dyn Broker>,
    workers: Arc<[Resolved]>,
}

impl LateTopics {
    pub(in crate::app) fn new(broker: Arc<dyn Broker>, workers: Vec<Resolved>) -> LateTopics {
        let workers = workers.into();
        LateTopics { broker, workers }
    }

    /// A group has the first partition of a topic that was absent at the start.
    pub(in crate::app) fn taken_up(&self, topic: String) {
        let this = self.clone();
        tokio::spawn(async move { this.provide(&topic).await });
    }

    async fn provide(&self, topic: &str) {
        let admin = match self.broker.admin() {
            Ok(admin) => admin,
            Err(error) => {
                let error = describe(&error);
                return tracing::warn!(topic, %error, "its dead letter topic could not be looked at");
            }
        };
        let reads = |worker: &&Resolved| worker.sources.iter().any(|source| source.topic == topic);
        let workers: Vec<&Resolved> = self.workers.iter().filter(reads).collect();
        for _ in 0..LOOKS {
            let mut found = look_at(&*admin, names(&workers, false)).await;
            if found.get(topic).is_some_and(Option::is_some) {
                dead_letters::make_absent(&*admin, &workers, &mut found).await;
                return dead_letters::check(&workers, &found, true);
            }
            tokio::time::sleep(BETWEEN).await;
        }
        tracing::warn!(
            topic,
            "it was taken up and is not seen; its dead letter topic is made at the next start"
        );
    }
}
