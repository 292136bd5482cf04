//! A record as a test looks at it.

use bytes::Bytes;

use super::MemoryBroker;
use crate::BoxError;
use crate::handler::OneInput;
use crate::message::{Delivery, Headers};
use crate::payload::Payload;
use crate::record::{Record, RecordBatch};

/// A record of a [`MemoryBroker`], as a test looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The topic, with the prefix.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The offset in its partition.
    pub offset: i64,
    /// The key; `None` is null.
    pub key: Option<Bytes>,
    /// The value; `None` is a tombstone.
    pub value: Option<Bytes>,
    /// The headers in their order, duplicates and nulls included.
    pub headers: Headers,
    /// When it was written, in milliseconds since 1970.
    pub timestamp: i64,
}

impl Written {
    /// The key as text; `None` also when it is not UTF-8.
    pub fn key_str(&self) -> Option<&str> {
        text(self.key.as_ref())
    }

    /// The value as text; `None` also when it is not UTF-8.
    pub fn value_str(&self) -> Option<&str> {
        text(self.value.as_ref())
    }

    /// The value, read as a handler's first argument is.
    ///
    /// # Errors
    /// Bytes that are no `T`; a record without a value, a tombstone.
    pub fn payload<T: Payload>(&self) -> Result<T, BoxError> {
        let mut batch = RecordBatch::builder(self.topic.as_str().into(), self.partition);
        let (key, value) = (self.key.as_deref(), self.value.as_deref());
        batch.push(self.offset, Some(self.timestamp), key, value);
        <T as OneInput>::from_delivery(&Delivery::new(Record::new(&batch.finish(), 0), 1))
    }
}

fn text(bytes: Option<&Bytes>) -> Option<&str> {
    bytes.and_then(|bytes| std::str::from_utf8(bytes).ok())
}

impl MemoryBroker {
    /// All records of a topic, partition by partition. For tests; [`wait_for`](MemoryBroker::wait_for) waits for them.
    pub fn records(&self, topic: &str) -> Vec<Written> {
        let shared = self.lock();
        shared
            .topics
            .get(topic)
            .map(|log| log.all(topic))
            .unwrap_or_default()
    }
}
