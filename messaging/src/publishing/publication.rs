//! How the answer of a function is published.

use bytes::Bytes;
use serde::Serialize;

use super::source::{EventSource, Fails};
use crate::event::Event;
use crate::headers::{CONTENT_TYPE, EVENT_TYPE, MESSAGE_ID};
use crate::message::Headers;
use crate::payload::{EncodeError, Format, Payload, encode_serde, encoded};
use crate::producer::{Producer, Publish};
use crate::topic::{Accepts, TopicRef};

/// What becomes of the value that a function with `#[producer]` or `#[event]` returns.
pub struct Publication<S: EventSource> {
    topic: String,
    key: fn(&S::Value) -> Option<Bytes>,
    write: fn(&S::Value, &'static str) -> Result<Written, EncodeError>,
    event: &'static str,
}

/// A value as it goes to the broker.
struct Written {
    value: Bytes,
    headers: Headers,
}

impl<S: EventSource> Publication<S> {
    /// The value as it is.
    pub fn plain<T: TopicRef + Accepts<S::Value>>(topic: T) -> Publication<S>
    where
        S::Value: Payload,
    {
        Publication {
            topic: topic.topic_name().to_owned(),
            key: key_by_topic::<T, S::Value>,
            write: write_plain,
            event: "",
        }
    }

    /// The value as the data of an event of this name.
    pub fn event<T: TopicRef + Accepts<S::Value>>(name: &'static str, topic: T) -> Publication<S>
    where
        S::Value: Serialize,
    {
        Publication {
            topic: topic.topic_name().to_owned(),
            key: key_by_topic::<T, S::Value>,
            write: write_event,
            event: name,
        }
    }

    /// Keys are made so, instead of by the topic's type.
    pub fn key(mut self, key: fn(&S::Value) -> Option<Bytes>) -> Publication<S> {
        self.key = key;
        self
    }

    /// The message, when there is something to publish. It is encoded here, so that nothing of the answer is borrowed
    /// while it is sent.
    fn sending(self, answer: &S) -> Option<Publish> {
        let value = answer.value()?;
        let key = (self.key)(value);
        let producer = match Producer::current() {
            Ok(producer) => producer,
            Err(error) => return Some(Publish::failed(error)),
        };
        let (value, headers) = match (self.write)(value, self.event) {
            Ok(Written { value, headers }) => (Ok(value), headers),
            Err(error) => (Err(error), Headers::new()),
        };
        Some(producer.outgoing(&self.topic, key, headers, value.map(Some)))
    }
}

fn key_by_topic<T: TopicRef, V: 'static>(value: &V) -> Option<Bytes> {
    T::keyer().and_then(|key_of| key_of(value))
}

fn write_plain<V: Payload>(value: &V, _: &'static str) -> Result<Written, EncodeError> {
    Ok(Written {
        value: encoded(value)?,
        headers: Headers::new(),
    })
}

fn write_event<V: Serialize>(data: &V, name: &'static str) -> Result<Written, EncodeError> {
    let event = Event::new(name, data);
    let mut headers = Headers::new();
    headers.push(EVENT_TYPE, name.as_bytes());
    headers.push(MESSAGE_ID, event.event_id.clone());
    headers.push(CONTENT_TYPE, &b"application/json"[..]);
    let mut value = Vec::new();
    encode_serde(&event, Format::Json, &mut value)?;
    Ok(Written {
        value: value.into(),
        headers,
    })
}

/// Publishes and returns the answer, or the error of publishing in its place.
pub async fn publish_or_fail<S: Fails>(answer: S, publication: Publication<S>) -> S {
    let Some(publish) = publication.sending(&answer) else {
        return answer;
    };
    match publish.await {
        Ok(_) => answer,
        Err(error) => S::fail(error),
    }
}

/// Publishes and returns the answer; an error of publishing is logged.
pub async fn publish_or_log<S: EventSource>(answer: S, publication: Publication<S>) -> S {
    let topic = publication.topic.clone();
    if let Some(publish) = publication.sending(&answer)
        && let Err(error) = publish.await
    {
        tracing::error!(topic, error = %error.report(), "what a function returned was not published");
    }
    answer
}

/// The type of an answer, where none is needed.
pub fn no_answer<S>() -> S {
    unreachable!("it is called where `false` is true")
}
