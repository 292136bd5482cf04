//! Handing the messages of a batch to the client.

use std::borrow::Cow;
use std::sync::Arc;

use super::item::{BatchItem, Parts};
use crate::broker::{NotQueued, Outbound, Publisher, Waiter};
use crate::error::{Error, Kind, Result};
use crate::name::check_topic;
use crate::payload::{Payload, with_encoded};
use crate::producer::Producer;
use crate::spec::KeyOf;
use crate::topic::TopicRef;

/// What the messages of one batch have in common.
pub(super) struct HandOver<'a> {
    producer: &'a Producer,
    pub(super) publisher: &'a Arc<dyn Publisher>,
    /// As the broker names it.
    topic: String,
    key_of: Option<KeyOf>,
}

impl<'a> HandOver<'a> {
    /// # Errors
    /// What no message of the batch gets over.
    pub(super) fn new<T: TopicRef>(producer: &'a Producer, topic: &T) -> Result<HandOver<'a>> {
        let publisher = producer.publisher()?;
        let topic = producer.full_name(topic.topic_name()).into_owned();
        check_topic(&topic).map_err(Kind::Name)?;
        Ok(HandOver {
            producer,
            publisher,
            topic,
            key_of: T::keyer(),
        })
    }

    /// Queues a message, as soon as there is room. Says its topic as the broker names it.
    pub(super) async fn queue<I: BatchItem>(
        &self,
        message: &I,
        waiter: &mut Option<Waiter>,
    ) -> Result<Cow<'_, str>> {
        let parts = message.parts();
        let topic = self.topic_of(&parts)?;
        loop {
            match self.offer(&topic, &parts, waiter)? {
                Ok(()) => return Ok(topic),
                Err(NotQueued::Refused(source)) => {
                    let topic = topic.into_owned();
                    return Err(Kind::Publish { topic, source }.into());
                }
                Err(NotQueued::Full) => self.publisher.room().await,
            }
        }
    }

    /// Encodes into the one buffer that all messages share; a message that finds no room is encoded again.
    fn offer<P: Payload>(
        &self,
        topic: &str,
        parts: &Parts<'_, P>,
        waiter: &mut Option<Waiter>,
    ) -> Result<std::result::Result<(), NotQueued>> {
        let by_type = || {
            self.key_of
                .zip(parts.payload)
                .and_then(|(key_of, payload)| key_of(payload))
        };
        let made = if parts.key.is_none() { by_type() } else { None };
        let mut enqueue = |value: Option<&[u8]>| {
            let message = Outbound {
                topic,
                key: parts.key.or(made.as_ref()).map(|key| &key[..]),
                value,
                headers: parts.headers,
            };
            self.publisher.enqueue(message, waiter)
        };
        let Some(payload) = parts.payload else {
            return Ok(enqueue(None));
        };
        with_encoded(payload, |value| enqueue(Some(value))).map_err(|source| {
            Error::from(Kind::Encode {
                topic: topic.to_owned(),
                source,
            })
        })
    }

    fn topic_of<P>(&self, parts: &Parts<'_, P>) -> Result<Cow<'_, str>> {
        let Some(own) = parts.topic else {
            return Ok(Cow::Borrowed(&self.topic));
        };
        let own = self.producer.full_name(own);
        check_topic(&own).map_err(Kind::Name)?;
        Ok(Cow::Owned(own.into_owned()))
    }
}
