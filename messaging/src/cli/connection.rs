//! What commands ask the broker through.

use std::sync::Arc;

use super::nearest::unknown;
use crate::App;
use crate::broker::{Admin, Broker, BrokerError};
use crate::error::{Error, Kind, Result};
use crate::settings::Settings;

/// The broker of a program, reached once: who calls a command waits for no policy.
pub(super) struct Connection {
    pub(super) settings: Settings,
    pub(super) broker: Arc<dyn Broker>,
    pub(super) admin: Arc<dyn Admin>,
}

impl Connection {
    /// Reaches the broker that the settings of the program name.
    ///
    /// # Errors
    /// When the settings have problems, or the broker does not answer.
    pub(super) async fn open(app: &App) -> Result<Connection> {
        let (settings, broker) = app.opened()?;
        let cannot = |source| failed(&format!("{} cannot be asked", broker.name()), source);
        broker.probe().await.map_err(cannot)?;
        let admin = broker.admin().map_err(cannot)?;
        Ok(Connection {
            settings,
            broker,
            admin,
        })
    }

    /// The first offset and the one behind the last record, for each partition of a topic.
    ///
    /// # Errors
    /// When there is no such topic; the error suggests the nearest.
    pub(super) async fn offsets(&self, topic: &str) -> Result<Vec<(i64, i64)>> {
        match self.admin.offsets(topic).await {
            Ok(offsets) => Ok(offsets),
            Err(BrokerError::UnknownTopic { .. }) => Err(self.no_topic(topic).await),
            Err(error) => Err(failed("the topic could not be looked at", error)),
        }
    }

    /// What to say of a topic that is not there.
    pub(super) async fn no_topic(&self, topic: &str) -> Error {
        match self.topic_names().await {
            Ok(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                Kind::Usage(unknown("topic", topic, &names)).into()
            }
            Err(error) => error,
        }
    }

    /// The topics at the broker, without its own.
    ///
    /// # Errors
    /// When it does not tell.
    pub(super) async fn topic_names(&self) -> Result<Vec<String>> {
        let topics = self.admin.topics().await;
        let topics = topics.map_err(|source| failed("the topics could not be listed", source))?;
        let ours = topics.into_iter().filter(|topic| !topic.is_internal());
        Ok(ours.map(|topic| topic.name).collect())
    }
}

/// An error of the broker, and what could not be done for it.
pub(super) fn failed(what: &str, source: BrokerError) -> Error {
    let what = what.to_owned();
    Kind::Broker { what, source }.into()
}
