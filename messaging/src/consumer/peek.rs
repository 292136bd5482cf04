//! An event's name and its data, found without reading the rest.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::BoxError;
use crate::handler::TOMBSTONE;
use crate::headers::EVENT_TYPE;
use crate::message::Delivery;

const NAMELESS: &str = "the record names no event: it has neither a header `event-type` nor a top-level text `event_type` or `name`";

/// What routes a record.
#[derive(Debug, PartialEq)]
pub(super) struct Peeked<'a> {
    /// The event's name, never empty.
    pub(super) event: Cow<'a, str>,
    /// Where the value's `data` is, when it has any, else all of it.
    pub(super) data: Range<usize>,
}

/// Looks at a record.
///
/// # Errors
/// When its value is no JSON object, or nothing names the event.
pub(super) fn peek(delivery: &Delivery) -> Result<Peeked<'_>, BoxError> {
    let value = delivery.value().ok_or(TOMBSTONE)?;
    let fields =
        fields(value).map_err(|error| format!("the record is no event, not a JSON object: {error}"))?;
    let event = header(delivery)
        .or_else(|| fields.event_type.and_then(text))
        .or_else(|| fields.name.and_then(text))
        .ok_or(NAMELESS)?;
    let data = fields.data.map_or(0..value.len(), |data| place(data, value));
    Ok(Peeked { event, data })
}

/// The last header of its name counts, as Kafka's own clients have it.
fn header(delivery: &Delivery) -> Option<Cow<'_, str>> {
    let (_, value) = delivery
        .headers()
        .filter(|(name, _)| *name == EVENT_TYPE)
        .last()?;
    let name = std::str::from_utf8(value?).ok()?;
    (!name.is_empty()).then_some(Cow::Borrowed(name))
}

/// A JSON text; without an escape in it, it lies in the record as it is.
fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let plain = serde_json::from_str::<&str>(raw.get()).map(Cow::Borrowed);
    let text = plain.or_else(|_| serde_json::from_str::<String>(raw.get()).map(Cow::Owned));
    text.ok().filter(|text| !text.is_empty())
}

/// Where in `value` a part of it lies.
fn place(part: &RawValue, value: &[u8]) -> Range<usize> {
    let start = part.get().as_ptr().addr() - value.as_ptr().addr();
    start..start + part.get().len()
}

/// The fields that matter at the top of an event.
#[derive(Default)]
struct Fields<'a> {
    event_type: Option<&'a RawValue>,
    name: Option<&'a RawValue>,
    data: Option<&'a RawValue>,
}

fn fields(value: &[u8]) -> serde_json::Result<Fields<'_>> {
    let mut json = serde_json::Deserializer::from_slice(value);
    let fields = json.deserialize_map(Top)?;
    json.end()?;
    Ok(fields)
}

struct Top;

impl<'de> Visitor<'de> for Top {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// A field that stands twice counts as it stands last, as for most readers of JSON.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::default();
        while let Some(field) = map.next_key_seed(Name)? {
            match field {
                Field::EventType => fields.event_type = Some(map.next_value()?),
                Field::Name => fields.name = Some(map.next_value()?),
                Field::Data => fields.data = Some(map.next_value()?),
                Field::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(fields)
    }
}

enum Field {
    EventType,
    Name,
    Data,
    Other,
}

/// Reads a field's name without keeping it.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Field;
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Field, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Field, E> {
        Ok(match name {
            "event_type" => Field::EventType,
            "name" => Field::Name,
            "data" => Field::Data,
            _ => Field::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Record, RecordBatch};

    fn delivery(value: Option<&[u8]>, headers: &[(&str, Option<&[u8]>)]) -> Delivery {
        let mut builder = RecordBatch::builder("in".into(), 0);
        builder.push(0, None, None, value);
        for (name, value) in headers {
            builder.push_header(name, *value);
        }
        Delivery::new(Record::new(&builder.finish(), 0), 1)
    }

    /// The name, and the bytes of the data.
    fn found(value: &str, headers: &[(&str, Option<&[u8]>)]) -> Result<(String, String), String> {
        let delivery = delivery(Some(value.as_bytes()), headers);
        let peeked = peek(&delivery).map_err(|error| error.to_string())?;
        Ok((peeked.event.into_owned(), value[peeked.data].to_owned()))
    }

    fn name(value: &str) -> String {
        found(value, &[]).map_or_else(|error| error, |(name, _)| name)
    }

    #[test]
    fn the_header_comes_before_event_type_and_that_before_name() {
        let value = r#"{"name":"c","event_type":"b"}"#;
        let header = |value| {
            found(r#"{"name":"c","event_type":"b"}"#, &[(EVENT_TYPE, value)])
                .unwrap()
                .0
        };
        assert_eq!(header(Some(b"a")), "a");
        assert_eq!(name(value), "b");
        assert_eq!(
            name(r#"{"other":{"event_type":"x"},"name":"c"}"#),
            "c",
            "only at the top"
        );
        let twice = [(EVENT_TYPE, Some(&b"a"[..])), (EVENT_TYPE, Some(&b"z"[..]))];
        assert_eq!(found(value, &twice).unwrap().0, "z");
    }

    #[test]
    fn what_is_no_name_is_passed_over() {
        for header in [None, Some(&b""[..]), Some(&[0xff][..])] {
            assert_eq!(found(r#"{"name":"c"}"#, &[(EVENT_TYPE, header)]).unwrap().0, "c");
        }
        assert_eq!(name(r#"{"event_type":7,"name":"c"}"#), "c");
        assert_eq!(name(r#"{"event_type":"","name":"c"}"#), "c");
        assert_eq!(name(r#"{"event_type":null,"name":"c"}"#), "c");
        for nameless in [r#"{"name":7}"#, r#"{"id":7}"#, "{}"] {
            assert_eq!(name(nameless), NAMELESS);
        }
    }

    #[test]
    fn names_are_read_with_their_escapes() {
        assert_eq!(name(r#"{"n\u0061me":"a\u002eb\n"}"#), "a.b\n");
    }

    #[test]
    fn data_is_found_where_it_lies() {
        let data = |value| found(value, &[]).unwrap().1;
        assert_eq!(
            data(r#" { "data" : {"é":[1, 2]} , "name":"n"} "#),
            r#"{"é":[1, 2]}"#
        );
        assert_eq!(data(r#"{"name":"n","data":null}"#), "null");
        assert_eq!(data(r#"{"name":"n","data":1,"data":2}"#), "2");
        let whole = r#"{"name":"n","id":7}"#;
        assert_eq!(data(whole), whole);
    }

    #[test]
    fn what_is_no_object_is_no_event_even_with_a_header() {
        for value in [
            "[\"n\"]",
            "\"n\"",
            "7",
            "",
            "{",
            "{\"name\":\"n\"} x",
            "{\"name\":\"n\",}",
        ] {
            let error = found(value, &[(EVENT_TYPE, Some(b"n"))]).unwrap_err();
            assert!(error.starts_with("the record is no event"), "{value}: {error}");
        }
        let gone = delivery(None, &[(EVENT_TYPE, Some(b"n"))]);
        assert_eq!(peek(&gone).unwrap_err().to_string(), TOMBSTONE);
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = format!(
            r#"{{"other":{}{},"name":"n"}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert_eq!(name(&deep), "n");
    }
}
