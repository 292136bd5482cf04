//! Our messages as rdkafka takes them.

use rdkafka::Timestamp;
use rdkafka::message::{Header, Message, OwnedHeaders, OwnedMessage};
use rdkafka::producer::BaseRecord;

use crate::broker::Outbound;
use crate::message::Headers;

/// A record that borrows the message; librdkafka copies it.
pub(super) fn record(message: Outbound<'_>, opaque: usize) -> BaseRecord<'_, [u8], [u8], usize> {
    let mut record = BaseRecord::with_opaque_to(message.topic, opaque);
    record.key = message.key;
    record.payload = message.value;
    record.headers = headers(message.headers);
    record
}

/// A record of a message with bytes of its own.
pub(super) fn again(message: &OwnedMessage, opaque: usize) -> BaseRecord<'_, [u8], [u8], usize> {
    let mut record = BaseRecord::with_opaque_to(message.topic(), opaque);
    record.key = message.key();
    record.payload = message.payload();
    record.headers = message.headers().cloned();
    record
}

/// The message with bytes of its own.
pub(super) fn owned(message: Outbound<'_>) -> OwnedMessage {
    let [key, value] = [message.key, message.value].map(|bytes| bytes.map(<[u8]>::to_vec));
    let topic = message.topic.to_owned();
    OwnedMessage::new(
        value,
        key,
        topic,
        Timestamp::NotAvailable,
        -1,
        0,
        headers(message.headers),
    )
}

fn headers(headers: &Headers) -> Option<OwnedHeaders> {
    if headers.is_empty() {
        return None;
    }
    let empty = OwnedHeaders::new_with_capacity(headers.len());
    let push = |all: OwnedHeaders, (key, value)| all.insert(Header { key, value });
    Some(headers.iter().fold(empty, push))
}
