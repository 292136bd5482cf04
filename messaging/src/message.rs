//! What is sent ([`Message`]) and what is received ([`Delivery`]).

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::record::Record;

/// Headers in their order; a name may stand more than once, a value may be null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(Arc<str>, Option<Bytes>)>);

impl Headers {
    /// No headers; allocates nothing.
    pub const fn new() -> Headers {
        Headers(Vec::new())
    }

    /// Adds a header behind the others.
    pub fn push(&mut self, name: impl Into<Arc<str>>, value: impl Into<Bytes>) {
        self.0.push((name.into(), Some(value.into())));
    }

    /// Adds a header whose value is null.
    pub fn push_null(&mut self, name: impl Into<Arc<str>>) {
        self.0.push((name.into(), None));
    }

    /// Adds all of these behind the others.
    pub fn append(&mut self, mut headers: Headers) {
        self.0.append(&mut headers.0);
    }

    /// The value of the last header of this name, as Kafka's own clients define it; `None` when there is none or it
    /// is null.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let found = self.0.iter().rev().find(|(n, _)| &**n == name)?;
        found.1.as_deref()
    }

    /// The same as text; `None` also when it is not UTF-8.
    pub fn get_str(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        self.0.iter().map(|(name, value)| (&**name, value.as_deref()))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A message to publish, when the payload alone does not say enough: own key, headers, topic, or a tombstone.
///
/// ```
/// use messaging::Message;
/// let paid = Message::new("paid".to_owned()).key("order-7").header("source", "till");
/// let gone = Message::<String>::tombstone("order-7");
/// # let _ = (paid, gone);
/// ```
#[derive(Clone, Debug)]
pub struct Message<T> {
    pub(crate) topic: Option<String>,
    pub(crate) key: Option<Bytes>,
    pub(crate) headers: Headers,
    pub(crate) payload: Option<T>,
}

impl<T> Message<T> {
    /// A message with this payload and no key.
    pub fn new(payload: T) -> Message<T> {
        Message {
            topic: None,
            key: None,
            headers: Headers::new(),
            payload: Some(payload),
        }
    }

    /// A null value: on a compacted topic, the key's last record is deleted.
    pub fn tombstone(key: impl Into<Bytes>) -> Message<T> {
        Message {
            topic: None,
            key: Some(key.into()),
            headers: Headers::new(),
            payload: None,
        }
    }

    /// Sets the key, which decides the partition.
    pub fn key(mut self, key: impl Into<Bytes>) -> Message<T> {
        self.key = Some(key.into());
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<Arc<str>>, value: impl Into<Bytes>) -> Message<T> {
        self.headers.push(name, value);
        self
    }

    /// Adds a header whose value is null, which is not an empty one.
    pub fn null_header(mut self, name: impl Into<Arc<str>>) -> Message<T> {
        self.headers.push_null(name);
        self
    }

    /// Adds these headers behind its own, duplicates and nulls included: such as those of the record that is handled,
    /// which the extractor [`Headers`](crate::extract::Headers) gives.
    pub fn headers(mut self, headers: Headers) -> Message<T> {
        self.headers.append(headers);
        self
    }

    /// Sends it to this topic instead of the worker's `output_topic`.
    pub fn topic(mut self, topic: impl Into<String>) -> Message<T> {
        self.topic = Some(topic.into());
        self
    }
}

/// A received record, to be settled by what its handler answers. `Delivery<T>` also holds the decoded payload.
#[derive(Clone)]
pub struct Delivery<T = ()> {
    pub(crate) record: Record,
    pub(crate) attempt: u32,
    payload: T,
}

impl Delivery {
    /// A delivery of `record` for the `attempt`th time, from 1. Brokers and tests make these.
    pub fn new(record: Record, attempt: u32) -> Delivery {
        Delivery {
            record,
            attempt,
            payload: (),
        }
    }

    /// The same delivery with its decoded payload.
    pub fn with<T>(&self, payload: T) -> Delivery<T> {
        Delivery {
            record: self.record.clone(),
            attempt: self.attempt,
            payload,
        }
    }
}

impl<T> Delivery<T> {
    /// The decoded payload.
    pub fn payload(&self) -> &T {
        &self.payload
    }

    /// The decoded payload, by value.
    pub fn into_payload(self) -> T {
        self.payload
    }

    /// The topic as the broker names it, prefix included.
    pub fn topic(&self) -> &str {
        self.record.topic()
    }

    /// The partition.
    pub fn partition(&self) -> i32 {
        self.record.partition()
    }

    /// The offset.
    pub fn offset(&self) -> i64 {
        self.record.offset()
    }

    /// Milliseconds since 1970, when the broker says.
    pub fn timestamp(&self) -> Option<i64> {
        self.record.timestamp()
    }

    /// Which try this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The key's bytes; `None` is a null key, which is not an empty one.
    pub fn key(&self) -> Option<&[u8]> {
        self.record.key()
    }

    /// The key as text; `None` also when it is not UTF-8.
    pub fn key_str(&self) -> Option<&str> {
        self.key().and_then(|key| std::str::from_utf8(key).ok())
    }

    /// The value's bytes as they arrived; `None` is a tombstone.
    pub fn value(&self) -> Option<&[u8]> {
        self.record.value()
    }

    /// The headers in their order, duplicates and nulls included.
    pub fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        self.record.headers()
    }

    /// The value of the last header of this name; `None` when there is none or it is null.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let last = self.headers().filter(|(given, _)| *given == name).last();
        last.and_then(|(_, value)| value)
    }

    /// The same as text; `None` also when it is not UTF-8.
    pub fn header_str(&self, name: &str) -> Option<&str> {
        self.header(name)
            .and_then(|value| std::str::from_utf8(value).ok())
    }
}

impl<T> fmt::Debug for Delivery<T> {
    /// Names the record, never its content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}[{}]@{} attempt {}",
            self.topic(),
            self.partition(),
            self.offset(),
            self.attempt
        )
    }
}
