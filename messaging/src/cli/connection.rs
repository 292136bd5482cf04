//! The broker that the settings name, for commands that ask or change it.

use std::sync::Arc;

use super::nearest::unknown;
use super::output::note;
use crate::App;
use crate::broker::{Admin, Broker, BrokerError, GroupDescription, PartitionDescription};
use crate::error::{Error, Kind, Result};
use crate::program::how_to_create;
use crate::settings::Settings;

/// A broker that has answered.
pub(super) struct Connection {
    pub(super) settings: Settings,
    pub(super) broker: Arc<dyn Broker>,
    pub(super) admin: Arc<dyn Admin>,
}

impl Connection {
    /// Reaches the broker. It is asked once: whoever types a command wants to hear at once that nobody is there.
    ///
    /// # Errors
    /// Problems of the settings, and a broker that does not answer or cannot be asked about topics and groups.
    pub(super) async fn open(app: &App) -> Result<Connection> {
        let (settings, broker) = app.reached_once().await?;
        if broker.name() == "memory" {
            note("note: the memory broker lives inside one process, so this command sees only its own");
        }
        let admin = broker
            .admin()
            .map_err(failed("topics and groups cannot be asked about"))?;
        Ok(Connection {
            settings,
            broker,
            admin,
        })
    }

    /// The partitions of a topic.
    ///
    /// # Errors
    /// One that is absent, with the nearest name and those that are there.
    pub(super) async fn partitions(&self, topic: &str) -> Result<Vec<PartitionDescription>> {
        match self.admin.partitions(topic).await {
            Err(BrokerError::UnknownTopic { .. }) => Err(self.no_topic(topic).await?),
            found => found.map_err(failed(format!("the topic \"{topic}\" could not be looked at"))),
        }
    }

    /// The first offset and the one behind the last record, for each partition of a topic.
    ///
    /// # Errors
    /// As [`Connection::partitions`].
    pub(super) async fn offsets(&self, topic: &str) -> Result<Vec<(i64, i64)>> {
        match self.admin.offsets(topic).await {
            Err(BrokerError::UnknownTopic { .. }) => Err(self.no_topic(topic).await?),
            found => found.map_err(failed(format!("the topic \"{topic}\" could not be looked at"))),
        }
    }

    /// The topics at the broker, without its own.
    ///
    /// # Errors
    /// When it refuses to list them.
    pub(super) async fn topic_names(&self) -> Result<Vec<String>> {
        let topics = self.admin.topics().await;
        let topics = topics.map_err(failed("the topics could not be listed"))?;
        let own = topics.into_iter().filter(|topic| !topic.is_internal());
        Ok(own.map(|topic| topic.name).collect())
    }

    async fn no_topic(&self, wanted: &str) -> Result<Error> {
        let names = self.topic_names().await?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (unknown, create) = (unknown("topic", wanted, &names), how_to_create(wanted));
        Ok(Kind::Usage(format!("{unknown}; create it with `{create}`")).into())
    }

    /// A group; `None` when there is none of this name.
    ///
    /// # Errors
    /// When the broker refuses to tell.
    pub(super) async fn find_group(&self, name: &str) -> Result<Option<GroupDescription>> {
        let found = self.admin.describe_group(name).await;
        found.map_err(failed(format!("the group \"{name}\" could not be looked at")))
    }

    /// The error for a group that is not there.
    ///
    /// # Errors
    /// When the broker refuses to list those that are.
    pub(super) async fn no_group(&self, wanted: &str) -> Result<Error> {
        let groups = self.admin.groups().await;
        let groups = groups.map_err(failed("the groups could not be listed"))?;
        let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
        Ok(Kind::Usage(unknown("group", wanted, &names)).into())
    }
}

/// The error of a command that the broker refused: what was asked for, and why not behind it.
pub(super) fn failed(what: impl Into<String>) -> impl FnOnce(BrokerError) -> Error {
    let what = what.into();
    move |source| Kind::Broker { what, source }.into()
}
