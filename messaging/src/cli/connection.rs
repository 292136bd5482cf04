//! The broker that the settings name, for commands that ask or change it.

use std::sync::Arc;

use super::nearest::{nearest, unknown, unknown_among};
use super::output::note;
use crate::App;
use crate::broker::{Admin, Broker, BrokerError, GroupDescription, PartitionDescription};
use crate::error::{Error, Kind, Result};
use crate::program::how_to_create;
use crate::settings::Settings;

/// How dead letter topics end that are not named otherwise.
pub(super) const DEAD_LETTERS: &str = ".dlq";

/// What is said of a topic that is absent, beside the names of those there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IfAbsent {
    /// The nearest name.
    Suggest,
    /// The nearest name that is no dead letter topic's, or else the command that makes the topic.
    SuggestOrCreate,
}

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
        let admin = broker
            .admin()
            .map_err(failed("topics and groups cannot be asked about"))?;
        let connection = Connection {
            settings,
            broker,
            admin,
        };
        if connection.is_memory() {
            note("note: the memory broker lives inside one process, so this command sees only its own");
        }
        Ok(connection)
    }

    /// The partitions of a topic.
    ///
    /// # Errors
    /// One that is absent, with the names that are there.
    pub(super) async fn partitions(
        &self,
        topic: &str,
        absent: IfAbsent,
    ) -> Result<Vec<PartitionDescription>> {
        match self.admin.partitions(topic).await {
            Err(BrokerError::UnknownTopic { .. }) => Err(self.no_topic(topic, absent).await?),
            found => found.map_err(failed(format!("the topic \"{topic}\" could not be looked at"))),
        }
    }

    /// The first offset and the one behind the last record, for each partition of a topic.
    ///
    /// # Errors
    /// As [`Connection::partitions`].
    pub(super) async fn offsets(&self, topic: &str, absent: IfAbsent) -> Result<Vec<(i64, i64)>> {
        match self.admin.offsets(topic).await {
            Err(BrokerError::UnknownTopic { .. }) => Err(self.no_topic(topic, absent).await?),
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

    async fn no_topic(&self, wanted: &str, absent: IfAbsent) -> Result<Error> {
        let names = self.topic_names().await?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        // Nobody else sees a topic that is made on the broker of this process.
        if absent == IfAbsent::Suggest || self.is_memory() {
            return Ok(Kind::Usage(unknown("topic", wanted, &names)).into());
        }
        Ok(Kind::Usage(unknown_or_create(wanted, &names)).into())
    }

    fn is_memory(&self) -> bool {
        self.broker.name() == "memory"
    }

    /// A group; `None` when there is none of this name.
    ///
    /// # Errors
    /// When the broker refuses to tell.
    pub(super) async fn find_group(&self, name: &str) -> Result<Option<GroupDescription>> {
        let found = self.admin.describe_group(name).await;
        found.map_err(failed(format!("the group \"{name}\" could not be looked at")))
    }

    /// The groups at the broker.
    ///
    /// # Errors
    /// When it refuses to list them.
    pub(super) async fn group_names(&self) -> Result<Vec<String>> {
        let groups = self.admin.groups().await;
        let groups = groups.map_err(failed("the groups could not be listed"))?;
        Ok(groups.into_iter().map(|group| group.name).collect())
    }

    /// The error for a group that is not there.
    ///
    /// # Errors
    /// When the broker refuses to list those that are.
    pub(super) async fn no_group(&self, wanted: &str) -> Result<Error> {
        let names = self.group_names().await?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Ok(Kind::Usage(unknown("group", wanted, &names)).into())
    }
}

/// A dead letter topic is never what was meant by a name that is none: it would be written to, or read in its place.
fn unknown_or_create(wanted: &str, names: &[&str]) -> String {
    let is_letters = |name: &str| name.ends_with(DEAD_LETTERS);
    let meant = |name: &&str| is_letters(wanted) || !is_letters(name);
    let near: Vec<&str> = names.iter().copied().filter(meant).collect();
    let text = unknown_among("topic", wanted, &near, names);
    match nearest(wanted, near.iter().copied()) {
        Some(_) => text,
        None => format!("{text}; create it with `{}`", how_to_create(wanted)),
    }
}

/// The error of a command that the broker refused: what was asked for, and why not behind it.
pub(super) fn failed(what: impl Into<String>) -> impl FnOnce(BrokerError) -> Error {
    let what = what.into();
    move |source| Kind::Broker { what, source }.into()
}

/// The same for a change of one thing, which `what` names: of the broker's error only the reason is new.
pub(super) fn refused(what: impl Into<String>) -> impl FnOnce(BrokerError) -> Error {
    let what = what.into();
    move |source| match source {
        BrokerError::Failed { why, .. } => Kind::Usage(format!("{what}: {why}")).into(),
        source => failed(what)(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_to_be_changed_is_said_once() {
        let why = BrokerError::Failed {
            what: "creating the topic \"t\"".to_owned(),
            why: "it is taken".to_owned(),
        };
        let told = refused("the topic \"t\" could not be created")(why).report();
        assert_eq!(told, "the topic \"t\" could not be created: it is taken");
        let told = refused("the topic \"t\" could not be created")(BrokerError::Closed).report();
        assert!(
            told.contains("created: the connection to the broker was closed"),
            "{told}"
        );
    }

    #[test]
    fn a_topic_is_to_be_created_only_where_no_other_may_be_meant() {
        let names = ["emails.dlq", "orders"];
        assert_eq!(
            unknown_or_create("ordres", &names),
            "there is no topic \"ordres\"; did you mean \"orders\"? there are: emails.dlq, orders"
        );
        let text = unknown_or_create("emails", &names);
        let said = "there is no topic \"emails\"; there are: emails.dlq, orders; create it with `";
        assert!(text.starts_with(said) && text.contains("emails`"), "{text}");
        let text = unknown_or_create("email.dlq", &names);
        assert!(
            text.contains("did you mean \"emails.dlq\"?") && !text.contains("create it"),
            "{text}"
        );
    }
}
