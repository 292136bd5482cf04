//! Records as commands print them: a line for people, or an object for programs that holds every byte.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Deserializer, Serialize};

use crate::message::Headers;
use crate::record::Record;

/// How many characters of one key or value a terminal is shown.
const SHORT: usize = 200;

/// A record for people, on one line: partition and offset, time, key, headers, value. `is_short` cuts what is long.
pub(super) fn line(record: &Record, is_short: bool) -> String {
    let mut line = format!(
        "[{}]@{}  {}",
        record.partition(),
        record.offset(),
        time(record.timestamp())
    );
    // Writing to a text cannot fail.
    let _ = write!(line, "  key {}", quoted(record.key(), is_short));
    for (name, value) in record.headers() {
        let _ = write!(line, "  {}={}", escaped(name), quoted(value, is_short));
    }
    let _ = write!(line, "  {}", bare(record.value(), is_short));
    line
}

/// `2024-01-15T10:30:00.000Z`, or `-`.
pub(super) fn time(milliseconds: Option<i64>) -> String {
    let time = milliseconds.and_then(DateTime::from_timestamp_millis);
    time.map_or_else(
        || "-".to_owned(),
        |time| time.to_rfc3339_opts(SecondsFormat::Millis, true),
    )
}

/// Text in quotes, `null`, or `base64:…` for what is no text.
pub(super) fn quoted(bytes: Option<&[u8]>, is_short: bool) -> String {
    match bytes.map(std::str::from_utf8) {
        None => "null".to_owned(),
        Some(Ok(text)) => format!("\"{}\"", cut(&escaped(text), is_short)),
        Some(Err(_)) => bare(bytes, is_short),
    }
}

/// Text as it is, but for what would steer a terminal or end the line; `base64:…` for what is no text.
fn bare(bytes: Option<&[u8]>, is_short: bool) -> String {
    let Some(bytes) = bytes else {
        return "(tombstone)".to_owned();
    };
    let shown = match std::str::from_utf8(bytes) {
        Ok(text) => escaped(text),
        Err(_) => format!("base64:{}", BASE64_STANDARD.encode(bytes)),
    };
    let cut_off = cut(&shown, is_short);
    if cut_off.len() == shown.len() {
        return shown;
    }
    format!("{cut_off} ({} bytes)", bytes.len())
}

fn cut(text: &str, is_short: bool) -> String {
    match text.char_indices().nth(SHORT) {
        Some((end, _)) if is_short => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}

/// Control characters as Rust writes them, so that a record is one line and steers nothing.
pub(super) fn escaped(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut shown, character| {
            if character.is_control() {
                shown.extend(character.escape_default());
            } else {
                shown.push(character);
            }
            shown
        })
}

/// A record as a JSON object. What is not UTF-8 stands in the field that ends in `_base64`, and then not in the other.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<i64>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    key: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_base64: Option<String>,
    #[serde(default)]
    headers: Vec<JsonHeader>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    value: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonHeader {
    name: String,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    value: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

/// Tells a `null` that was written from a field that was not.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Key, headers and value of a message, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) key: Option<Vec<u8>>,
    pub(super) headers: Headers,
    pub(super) value: Option<Vec<u8>>,
}

impl JsonRecord {
    /// All of a record.
    pub(super) fn of(record: &Record) -> JsonRecord {
        let header = |(name, value): (&str, Option<&[u8]>)| {
            let (value, value_base64) = written(value);
            JsonHeader {
                name: name.to_owned(),
                value,
                value_base64,
            }
        };
        let ((key, key_base64), (value, value_base64)) = (written(record.key()), written(record.value()));
        JsonRecord {
            topic: Some(record.topic().to_string()),
            partition: Some(record.partition()),
            offset: Some(record.offset()),
            timestamp: record.timestamp(),
            headers: record.headers().map(header).collect(),
            key,
            key_base64,
            value,
            value_base64,
        }
    }

    /// The bytes of it; where it was read from does not count.
    ///
    /// # Errors
    /// When a field has a fault, or the value is missing.
    pub(super) fn parts(self) -> Result<Parts, String> {
        let mut headers = Headers::new();
        for header in self.headers {
            match read("value", header.value, header.value_base64)?.flatten() {
                Some(value) => headers.push(header.name, value),
                None => headers.push_null(header.name),
            }
        }
        let value = read("value", self.value, self.value_base64)?;
        Ok(Parts {
            key: read("key", self.key, self.key_base64)?.flatten(),
            headers,
            value: value.ok_or("it has no \"value\"; a tombstone is \"value\": null")?,
        })
    }
}

/// The fields for text and for base64.
fn written(bytes: Option<&[u8]>) -> (Option<Option<String>>, Option<String>) {
    match bytes.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
        None => (Some(None), None),
        Some((_, Ok(text))) => (Some(Some(text.to_owned())), None),
        Some((bytes, Err(_))) => (None, Some(BASE64_STANDARD.encode(bytes))),
    }
}

/// The bytes of a field that is written in one of two ways; `None` when it is in neither.
fn read(
    name: &str,
    text: Option<Option<String>>,
    base64: Option<String>,
) -> Result<Option<Option<Vec<u8>>>, String> {
    match (text, base64) {
        (Some(_), Some(_)) => Err(format!("it has both \"{name}\" and \"{name}_base64\"; keep one")),
        (text, None) => Ok(text.map(|text| text.map(String::into_bytes))),
        (None, Some(base64)) => match BASE64_STANDARD.decode(base64) {
            Ok(bytes) => Ok(Some(Some(bytes))),
            Err(error) => Err(format!("\"{name}_base64\" is not base64: {error}")),
        },
    }
}

#[cfg(test)]
mod tests;
