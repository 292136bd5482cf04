//! One message.

use bytes::Bytes;

use super::publish::Outgoing;
use super::{Producer, Publish};
use crate::broker::{NotQueued, Outbound};
use crate::error::{Kind, Result};
use crate::message::{Headers, Message};
use crate::name::check_topic;
use crate::payload::{EncodeError, Payload, encoded, with_encoded};
use crate::topic::{Accepts, TopicRef};

impl Producer {
    /// Starts a message: see [`publish`](super::publish).
    pub fn send<T: TopicRef + Accepts<P>, P: Payload>(&self, topic: T, payload: &P) -> Publish {
        let key = T::keyer().and_then(|key_of| key_of(payload));
        self.outgoing(
            topic.topic_name(),
            key,
            Headers::new(),
            encoded(payload).map(Some),
        )
    }

    /// Starts a [`Message`]: what a handler can return, sent by hand. It has its own key, headers and topic, or is a
    /// tombstone; `topic` counts when it names none.
    ///
    /// ```no_run
    /// # async fn example(producer: messaging::Producer) -> messaging::Result<()> {
    /// use messaging::Message;
    ///
    /// producer.send_message("users", Message::<String>::tombstone("7")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_message<T: TopicRef + Accepts<P>, P: Payload>(
        &self,
        topic: T,
        message: Message<P>,
    ) -> Publish {
        let by_type = |payload: &P| T::keyer().and_then(|key_of| key_of(payload));
        let value = message.payload.as_ref().map(encoded).transpose();
        let key = message.key.or_else(|| message.payload.as_ref().and_then(by_type));
        let name = message.topic.as_deref().unwrap_or(topic.topic_name());
        self.outgoing(name, key, message.headers, value)
    }

    /// A message that is encoded.
    pub(crate) fn outgoing(
        &self,
        topic: &str,
        key: Option<Bytes>,
        headers: Headers,
        value: std::result::Result<Option<Bytes>, EncodeError>,
    ) -> Publish {
        let unwritten = |source| Kind::Encode {
            topic: topic.to_owned(),
            source,
        };
        let message = value.map_err(unwritten).map(|value| Outgoing {
            topic: self.full_name(topic).into_owned(),
            producer: self.clone(),
            key,
            headers,
            value,
        });
        Publish {
            message: message.map_err(Into::into),
            wait: !self.0.settings.kafka_fire_and_forget,
        }
    }

    /// Queues a message and returns; waits only while the queue is full. What fails later is counted, logged and told
    /// to the callback given to `App::on_publish_failure`. What is not acknowledged when the process ends is lost: see
    /// [`Publish::wait`].
    ///
    /// # Errors
    /// When the message cannot be encoded or will never be taken.
    pub async fn send_fire_and_forget<T: TopicRef + Accepts<P>, P: Payload>(
        &self,
        topic: T,
        payload: &P,
    ) -> Result<()> {
        let publisher = self.publisher()?;
        let key = T::keyer().and_then(|key_of| key_of(payload));
        let name = topic.topic_name();
        let full_name = self.full_name(name);
        check_topic(&full_name).map_err(Kind::Name)?;
        let headers = Headers::new();
        let queued = with_encoded(payload, |value| {
            let message = Outbound {
                topic: &full_name,
                key: key.as_deref(),
                value: Some(value),
                headers: &headers,
            };
            publisher.enqueue(message, &mut None)
        });
        let queued = queued.map_err(|source| Kind::Encode {
            topic: name.to_owned(),
            source,
        })?;
        match queued {
            Ok(()) => Ok(()),
            Err(NotQueued::Full) => self.send(topic, payload).wait(false).await.map(drop),
            Err(NotQueued::Refused(source)) => Err(Kind::Publish {
                topic: full_name.into_owned(),
                source,
            }
            .into()),
        }
    }
}
