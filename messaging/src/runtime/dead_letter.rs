//! What a dead letter looks like: the record byte for byte, and why it is here.
//!
//! The names of headers are as the broker's adapter read them, so not byte for byte when they came from Kafka and are
//! not UTF-8 or have a zero byte.

use bytes::Bytes;

use super::clock;
use super::unit::{Cargo, Unit};
use crate::delivery::GivenUp;
use crate::headers::dlq;
use crate::message::Headers;
use crate::outcome::{Outgoing, in_brief};

/// The dead letter of a record that was given up. Its headers stand behind the record's own.
pub(super) fn dead_letter(unit: &Unit, given_up: &GivenUp<Cargo>) -> Outgoing {
    let record = &given_up.record;
    let mut headers = Headers::new();
    for (name, value) in record.headers() {
        match value {
            Some(value) => headers.push(name, Bytes::copy_from_slice(value)),
            None => headers.push_null(name),
        }
    }
    headers.push(dlq::TOPIC, record.topic().to_string());
    headers.push(dlq::PARTITION, record.partition().to_string());
    headers.push(dlq::OFFSET, record.offset().to_string());
    if let Some(timestamp) = record.timestamp() {
        headers.push(dlq::TIMESTAMP, timestamp.to_string());
    }
    headers.push(dlq::GROUP, unit.group.clone());
    headers.push(dlq::WORKER, unit.name.clone());
    headers.push(dlq::REASON, given_up.reason.as_str());
    headers.push(dlq::ERROR, in_brief(given_up.cause.as_ref()));
    headers.push(dlq::ATTEMPTS, given_up.attempts.to_string());
    headers.push(dlq::FAILED_AT, clock::wall_millis().to_string());
    Outgoing {
        topic: None,
        key: record.key().map(Bytes::copy_from_slice),
        keyed: true,
        value: record.value().map(Bytes::copy_from_slice),
        headers,
    }
}
