//! The envelope of events: [`Event`].

use chrono::{DateTime, SecondsFormat, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::payload::{DecodeError, EncodeError, Format, Payload, decode_serde, encode_serde};
use crate::runtime::clock;

/// Something that happened: its name, its data, and when and as which event it did.
///
/// On the wire it is the JSON object `{"name", "event_id", "occurred_at", "data"}`, the time as RFC 3339 in UTC with
/// milliseconds. A handler that takes an `Event<T>` gets the whole envelope; one that takes a plain `T` gets `data`.
/// Where others, such as [`EventPublisher`](crate::EventPublisher), write the name as `event_type`, that is read as
/// well; of both it counts, as it does for the handler that an event goes to.
///
/// ```
/// use messaging::Event;
///
/// let event = Event::new("user.created", "Ada");
/// let text = serde_json::to_string(&event)?;
/// assert!(text.starts_with(r#"{"name":"user.created","event_id":""#));
/// assert!(text.ends_with(r#""data":"Ada"}"#));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Envelope<T>")]
#[non_exhaustive]
pub struct Event<T> {
    /// What happened, such as `user.created`: events are routed by it.
    pub name: String,
    /// Which event this is; the same when it is sent again. Ours are UUIDs of version 7 (RFC 9562), which sort by time.
    pub event_id: String,
    /// When it happened.
    #[serde(serialize_with = "write_time")]
    pub occurred_at: DateTime<Utc>,
    /// What there is to say about it.
    pub data: T,
}

impl<T> Event<T> {
    /// An event that happens now, with an id of its own.
    pub fn new(name: impl Into<String>, data: T) -> Event<T> {
        Event {
            name: name.into(),
            event_id: Uuid::now_v7().to_string(),
            occurred_at: DateTime::from_timestamp_millis(clock::wall_millis()).unwrap_or_default(),
            data,
        }
    }
}

/// An event as it comes: the name may be in either place, or in both.
#[derive(Deserialize)]
struct Envelope<T> {
    event_type: Option<String>,
    name: Option<String>,
    event_id: String,
    occurred_at: DateTime<Utc>,
    data: T,
}

impl<T> TryFrom<Envelope<T>> for Event<T> {
    type Error = &'static str;

    fn try_from(envelope: Envelope<T>) -> Result<Event<T>, &'static str> {
        let name = envelope.event_type.or(envelope.name);
        Ok(Event {
            name: name.ok_or("missing field `name`")?,
            event_id: envelope.event_id,
            occurred_at: envelope.occurred_at,
            data: envelope.data,
        })
    }
}

/// As people and other languages write it: `2024-01-15T10:30:00.000Z`.
pub(crate) fn write_time<S: serde::Serializer>(time: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

impl<T: Serialize + DeserializeOwned + Send + 'static> Payload for Event<T> {
    const ENVELOPE: bool = true;

    fn encode(&self, format: Format, to: &mut Vec<u8>) -> Result<(), EncodeError> {
        encode_serde(self, format, to)
    }
    fn decode(format: Format, from: &[u8]) -> Result<Self, DecodeError> {
        decode_serde(format, from)
    }
    fn formats() -> &'static [Format] {
        &[Format::Json]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written() {
        let event = Event::<u8>::decode(
            Format::Json,
            br#"{"name":"n","event_id":"7","occurred_at":"2024-01-15T11:30:00+01:00","data":5,"more":1}"#,
        )
        .expect("an event");
        assert_eq!(
            (event.name.as_str(), event.event_id.as_str(), event.data),
            ("n", "7", 5)
        );
        let mut bytes = Vec::new();
        event
            .encode(Format::Json, &mut bytes)
            .expect("it has a JSON form");
        let written = r#"{"name":"n","event_id":"7","occurred_at":"2024-01-15T10:30:00.000Z","data":5}"#;
        assert_eq!(String::from_utf8(bytes).expect("text"), written);
    }

    #[test]
    fn its_name_may_be_its_type() {
        let read = |name: &str| {
            let rest = r#""event_id":"7","occurred_at":"2024-01-15T10:30:00Z","data":5"#;
            Event::<u8>::decode(Format::Json, format!("{{{name}{rest}}}").as_bytes())
        };
        assert_eq!(read(r#""event_type":"t","#).expect("an event").name, "t");
        assert_eq!(
            read(r#""event_type":"t","name":"n","#).expect("an event").name,
            "t"
        );
        let nameless = read("").expect_err("no event");
        let cause = std::error::Error::source(&nameless)
            .expect("serde's error")
            .to_string();
        assert!(cause.contains("missing field `name`"), "{cause}");
    }

    #[test]
    fn later_events_have_greater_ids() {
        let (first, second) = (Event::new("n", ()), Event::new("n", ()));
        assert!(first.event_id < second.event_id, "{first:?} {second:?}");
    }
}
