//! The topics and groups of a producer's broker.

use std::sync::Arc;

use super::Producer;
use crate::app::create_topics;
use crate::broker::{Admin, NewTopic};
use crate::error::{Kind, Result};

impl Producer {
    /// Makes topics that are not there yet, with the setting `topic_prefix` before their names. Says which it made, as
    /// the broker names them; one that is there stays as it is. As [`App::create_topics`](crate::App::create_topics),
    /// for a program that has no App.
    ///
    /// ```no_run
    /// # async fn example(settings: &messaging::settings::Settings) -> messaging::Result<()> {
    /// use messaging::{NewTopic, Producer};
    ///
    /// let producer = Producer::connect(settings).await?;
    /// producer.create_topics([NewTopic::named("reports").partitions(3)]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A broker that cannot be reached within `kafka_connect_retries`, or refuses; with `kafka_enabled = false`, one
    /// that [is disabled](crate::Error::is_disabled).
    pub async fn create_topics(&self, topics: impl IntoIterator<Item = NewTopic>) -> Result<Vec<String>> {
        create_topics(self.0.broker.as_deref(), &self.0.settings, topics).await
    }

    /// Looks at topics and groups, and changes them. Its names are the broker's: `topic_prefix` is not put before them.
    /// It has a client of its own, so it is to be kept by who asks more than once, and works after
    /// [`close`](Producer::close), too.
    ///
    /// ```no_run
    /// # async fn example() -> messaging::Result<()> {
    /// let admin = messaging::get_producer()?.admin()?;
    /// match admin.describe_topic("reports").await {
    ///     Ok(Some(topic)) => println!("it has {} partitions", topic.partitions),
    ///     Ok(None) => println!("it is not there"),
    ///     Err(error) => println!("{error}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A client that cannot be made from the settings; with `kafka_enabled = false`, one that
    /// [is disabled](crate::Error::is_disabled). The broker is not asked yet.
    pub fn admin(&self) -> Result<Arc<dyn Admin>> {
        let broker = self.0.broker.as_ref().ok_or(Kind::Disabled)?;
        let made = broker.admin();
        made.map_err(|source| {
            let what = "topics and groups cannot be asked about".into();
            Kind::Broker { what, source }.into()
        })
    }
}
