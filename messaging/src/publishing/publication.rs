//! How the answer of a function is published.

use bytes::Bytes;
use futures_util::future::OptionFuture;
use serde::Serialize;

use super::source::{EventSource, Fails};
use crate::broker::Receipt;
use crate::error::Result;
use crate::event::Event;
use crate::headers::{CONTENT_TYPE, EVENT_TYPE, MESSAGE_ID};
use crate::message::Headers;
use crate::payload::{EncodeError, Format, Payload, encode_serde, encoded};
use crate::producer::{Producer, Publish};
use crate::topic::{Accepts, TopicRef};

/// Where a message gets its key.
#[derive(Debug)]
pub enum KeyBy<V> {
    /// From the topic's type, when that has one.
    Schema,
    /// From a field of the value.
    Field(fn(&V) -> Option<Bytes>),
}

/// What is being published; `None` is nothing. It borrows nothing of the answer, which is encoded before it is sent.
pub type Sending = OptionFuture<crate::Sending>;

/// Publishes the value as it is.
pub fn send_plain<S, T>(answer: &S, topic: &T, key: KeyBy<S::Value>) -> Sending
where
    S: EventSource<Value: Payload>,
    T: TopicRef + Accepts<S::Value>,
{
    let sending = |value: &S::Value| {
        let producer = Producer::current()?;
        let bytes = encoded(value).map(Some);
        Ok(producer.outgoing(topic.topic_name(), key.of::<T>(value), Headers::new(), bytes))
    };
    begin(answer.value().map(sending))
}

/// Publishes the value as the data of an event of this name.
pub fn send_event<S, T>(answer: &S, name: &'static str, topic: &T, key: KeyBy<S::Value>) -> Sending
where
    S: EventSource<Value: Serialize>,
    T: TopicRef + Accepts<S::Value>,
{
    let sending = |value: &S::Value| {
        let producer = Producer::current()?;
        let event = Event::new(name, value);
        let headers = headers(name, &event.event_id);
        let bytes = in_json(&event).map(Some);
        Ok(producer.outgoing(topic.topic_name(), key.of::<T>(value), headers, bytes))
    };
    begin(answer.value().map(sending))
}

impl<V: 'static> KeyBy<V> {
    fn of<T: TopicRef>(&self, value: &V) -> Option<Bytes> {
        match self {
            KeyBy::Schema => T::keyer().and_then(|key_of| key_of(value)),
            KeyBy::Field(key) => key(value),
        }
    }
}

fn headers(event_type: &'static str, message_id: &str) -> Headers {
    let mut headers = Headers::new();
    headers.push(EVENT_TYPE, event_type.as_bytes());
    headers.push(MESSAGE_ID, message_id.to_owned());
    headers.push(CONTENT_TYPE, "application/json");
    headers
}

fn in_json(event: &impl Serialize) -> std::result::Result<Bytes, EncodeError> {
    let mut value = Vec::new();
    encode_serde(event, Format::Json, &mut value)?;
    Ok(value.into())
}

fn begin(publish: Option<Result<Publish>>) -> Sending {
    let publish = publish.map(|made| made.unwrap_or_else(Publish::failed));
    publish.map(IntoFuture::into_future).into()
}

/// The answer, or the error of publishing in its place.
pub fn or_fail<S: Fails>(answer: S, sent: Option<Result<Receipt>>) -> S {
    match sent {
        Some(Err(error)) => S::fail(error),
        _ => answer,
    }
}

/// The answer; an error of publishing is logged.
pub fn or_log<S>(answer: S, sent: Option<Result<Receipt>>) -> S {
    if let Some(Err(error)) = sent {
        tracing::error!(error = %error.report(), "what a function returned was not published");
    }
    answer
}

/// The type of an answer, where none is needed.
pub fn no_answer<S>() -> S {
    unreachable!("it is called where `false` is true")
}
