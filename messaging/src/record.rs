//! Records as they arrive: one arena of bytes per batch, so that a record costs no allocation of its own.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

/// Records of one partition, in the order of their offsets. Made by a broker's adapter with a [`BatchBuilder`].
#[derive(Debug)]
pub struct RecordBatch {
    topic: Arc<str>,
    partition: i32,
    bytes: Bytes,
    records: Vec<Entry>,
    headers: Vec<(Span, Option<Span>)>,
}

type Span = Range<u32>;

#[derive(Debug)]
struct Entry {
    offset: i64,
    timestamp: Option<i64>,
    key: Option<Span>,
    value: Option<Span>,
    headers: Range<u32>,
}

impl RecordBatch {
    /// Starts a batch of `topic` and `partition`.
    pub fn builder(topic: Arc<str>, partition: i32) -> BatchBuilder {
        BatchBuilder {
            batch: RecordBatch {
                topic,
                partition,
                bytes: Bytes::new(),
                records: Vec::new(),
                headers: Vec::new(),
            },
            arena: Vec::new(),
        }
    }

    /// The topic as the broker names it, prefix included.
    pub fn topic(&self) -> &Arc<str> {
        &self.topic
    }

    /// The partition.
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    fn slice(&self, span: &Span) -> &[u8] {
        &self.bytes[span.start as usize..span.end as usize]
    }

    fn share(&self, span: &Span) -> Bytes {
        self.bytes.slice(span.start as usize..span.end as usize)
    }
}

/// Copies records into a [`RecordBatch`].
#[derive(Debug)]
pub struct BatchBuilder {
    batch: RecordBatch,
    arena: Vec<u8>,
}

impl BatchBuilder {
    /// Adds a record; `timestamp` is in milliseconds since 1970.
    pub fn push(&mut self, offset: i64, timestamp: Option<i64>, key: Option<&[u8]>, value: Option<&[u8]>) {
        let key = key.map(|k| self.copy(k));
        let value = value.map(|v| self.copy(v));
        let at = self.batch.headers.len() as u32;
        self.batch.records.push(Entry {
            offset,
            timestamp,
            key,
            value,
            headers: at..at,
        });
    }

    /// Adds a header to the record pushed last.
    pub fn push_header(&mut self, name: &str, value: Option<&[u8]>) {
        let name = self.copy(name.as_bytes());
        let value = value.map(|v| self.copy(v));
        if let Some(record) = self.batch.records.last_mut() {
            self.batch.headers.push((name, value));
            record.headers.end += 1;
        }
    }

    /// Makes room for so many more records, and bytes of their keys and values; they may be more, or fewer.
    pub fn reserve(&mut self, records: usize, bytes: usize) {
        self.batch.records.reserve_exact(records);
        self.arena.reserve_exact(bytes);
    }

    /// How many records so far.
    pub fn len(&self) -> usize {
        self.batch.records.len()
    }

    /// Whether there are none yet.
    pub fn is_empty(&self) -> bool {
        self.batch.records.is_empty()
    }

    /// How many bytes so far.
    pub fn bytes(&self) -> usize {
        self.arena.len()
    }

    /// The batch, ready to be handed on.
    pub fn finish(mut self) -> Arc<RecordBatch> {
        // They grew by doubling, or by a guess; what they hold is counted, what they could hold is not.
        self.arena.shrink_to_fit();
        self.batch.records.shrink_to_fit();
        self.batch.headers.shrink_to_fit();
        self.batch.bytes = Bytes::from(self.arena);
        Arc::new(self.batch)
    }

    fn copy(&mut self, from: &[u8]) -> Span {
        let start = self.arena.len() as u32;
        self.arena.extend_from_slice(from);
        start..self.arena.len() as u32
    }
}

/// One record of a batch: a handle that is cheap to clone.
#[derive(Clone, Debug)]
pub struct Record {
    batch: Arc<RecordBatch>,
    index: u32,
}

impl Record {
    /// The record at `index` of `batch`.
    ///
    /// # Panics
    /// When the batch has no such record.
    pub fn new(batch: &Arc<RecordBatch>, index: usize) -> Record {
        assert!(
            index < batch.len(),
            "record {index} of a batch of {}",
            batch.len()
        );
        Record {
            batch: batch.clone(),
            index: index as u32,
        }
    }

    /// The topic as the broker names it, prefix included.
    pub fn topic(&self) -> &Arc<str> {
        &self.batch.topic
    }

    /// The partition.
    pub fn partition(&self) -> i32 {
        self.batch.partition
    }

    /// The offset.
    pub fn offset(&self) -> i64 {
        self.entry().offset
    }

    /// Milliseconds since 1970, when the broker says.
    pub fn timestamp(&self) -> Option<i64> {
        self.entry().timestamp
    }

    /// The key's bytes; `None` is a null key, which is not an empty one.
    pub fn key(&self) -> Option<&[u8]> {
        self.entry().key.as_ref().map(|span| self.batch.slice(span))
    }

    /// The value's bytes; `None` is a tombstone.
    pub fn value(&self) -> Option<&[u8]> {
        self.entry().value.as_ref().map(|span| self.batch.slice(span))
    }

    /// The key as shared bytes, without a copy. It keeps the whole batch in memory.
    pub fn key_bytes(&self) -> Option<Bytes> {
        self.entry().key.as_ref().map(|span| self.batch.share(span))
    }

    /// The value as shared bytes, without a copy. It keeps the whole batch in memory.
    pub fn value_bytes(&self) -> Option<Bytes> {
        self.entry().value.as_ref().map(|span| self.batch.share(span))
    }

    /// The headers in their order, duplicates and nulls included.
    pub fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        let range = self.entry().headers.start as usize..self.entry().headers.end as usize;
        self.batch.headers[range].iter().map(|(name, value)| {
            // Names were copied from a `&str`.
            let name = std::str::from_utf8(self.batch.slice(name)).unwrap_or_default();
            (name, value.as_ref().map(|span| self.batch.slice(span)))
        })
    }

    /// The bytes it takes: key, value and headers.
    pub fn size(&self) -> usize {
        let span = |s: &Option<Span>| s.as_ref().map_or(0, |s| s.len());
        let entry = self.entry();
        let headers = entry.headers.start as usize..entry.headers.end as usize;
        let headers: usize = self.batch.headers[headers]
            .iter()
            .map(|(n, v)| n.len() + span(v))
            .sum();
        span(&entry.key) + span(&entry.value) + headers
    }

    /// The same record in a batch of its own, so that a record that stays long does not keep its neighbours.
    pub fn detach(&self) -> Record {
        if self.batch.len() == 1 {
            return self.clone();
        }
        let mut alone = RecordBatch::builder(self.batch.topic.clone(), self.batch.partition);
        alone.reserve(1, self.size());
        alone.push(self.offset(), self.timestamp(), self.key(), self.value());
        for (name, value) in self.headers() {
            alone.push_header(name, value);
        }
        Record {
            batch: alone.finish(),
            index: 0,
        }
    }

    fn entry(&self) -> &Entry {
        &self.batch.records[self.index as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_nulls_empties_duplicates_and_order() {
        let mut builder = RecordBatch::builder("t".into(), 3);
        builder.push(7, Some(11), None, Some(b""));
        builder.push(9, None, Some(b""), None);
        builder.push_header("a", Some(b"1"));
        builder.push_header("a", None);
        let batch = builder.finish();
        let (first, second) = (Record::new(&batch, 0), Record::new(&batch, 1));
        assert_eq!(
            (first.key(), first.value(), first.offset()),
            (None, Some(&b""[..]), 7)
        );
        assert_eq!(
            (second.key(), second.value(), second.timestamp()),
            (Some(&b""[..]), None, None)
        );
        assert_eq!(first.headers().count(), 0);
        let alone = second.detach();
        assert_eq!(
            alone.headers().collect::<Vec<_>>(),
            [("a", Some(&b"1"[..])), ("a", None)]
        );
        assert_eq!((alone.offset(), alone.partition(), alone.size()), (9, 3, 3));
    }

    #[test]
    fn a_batch_takes_no_more_memory_than_it_needs() {
        let mut builder = RecordBatch::builder("t".into(), 0);
        for offset in 0..5 {
            builder.push(offset, None, Some(b"key"), Some(&[0; 1000]));
            builder.push_header("name", Some(b"value"));
        }
        let batch = Arc::into_inner(builder.finish()).expect("nobody else has it");
        assert_eq!((batch.records.capacity(), batch.headers.capacity()), (5, 5));
        let arena = batch.bytes.try_into_mut().expect("nobody shares them");
        assert_eq!((arena.capacity(), arena.len()), (5060, 5060));
    }
}
