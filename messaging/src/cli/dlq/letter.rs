//! A dead letter: what its headers say of it, and the record it was made from.

use bytes::Bytes;
use serde::Serialize;

use crate::cli::shown::Parts;
use crate::headers::dlq;
use crate::message::Headers;
use crate::record::Record;

/// What a dead letter says of itself. A record of somebody else says nothing of the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Story {
    pub(super) reason: Option<String>,
    pub(super) worker: Option<String>,
    pub(super) group: Option<String>,
    /// How often the handler was called.
    pub(super) attempts: Option<u32>,
    /// How often it was replayed before it came here.
    pub(super) replays: u32,
    pub(super) topic: Option<String>,
    pub(super) partition: Option<i32>,
    pub(super) offset: Option<i64>,
    /// When the record was written there, in milliseconds since 1970.
    pub(super) timestamp: Option<i64>,
    /// When it was given up, in milliseconds since 1970.
    pub(super) failed_at: Option<i64>,
    pub(super) error: Option<String>,
}

impl Story {
    /// The last header of each name counts: a letter that was made of a letter has the older ones before.
    pub(super) fn of(record: &Record) -> Story {
        let text = |name: &str| {
            let found = record.headers().filter(|(known, _)| *known == name).last();
            let value = found.and_then(|(_, value)| value)?;
            Some(String::from_utf8_lossy(value).into_owned())
        };
        fn number<T: std::str::FromStr>(text: Option<String>) -> Option<T> {
            text?.parse().ok()
        }
        Story {
            reason: text(dlq::REASON),
            worker: text(dlq::WORKER),
            group: text(dlq::GROUP),
            attempts: number(text(dlq::ATTEMPTS)),
            replays: number(text(dlq::REPLAYS)).unwrap_or(0),
            topic: text(dlq::TOPIC),
            partition: number(text(dlq::PARTITION)),
            offset: number(text(dlq::OFFSET)),
            timestamp: number(text(dlq::TIMESTAMP)),
            failed_at: number(text(dlq::FAILED_AT)),
            error: text(dlq::ERROR),
        }
    }

    /// `orders[0]@7`, or what is known of it.
    pub(super) fn origin(&self) -> Option<String> {
        let topic = self.topic.as_ref()?;
        Some(match (self.partition, self.offset) {
            (Some(partition), Some(offset)) => format!("{topic}[{partition}]@{offset}"),
            _ => topic.clone(),
        })
    }
}

/// The record that the letter was made from, with the counter of replays behind its own headers.
pub(super) fn original(record: &Record, replays: u32) -> Parts {
    let all: Vec<(&str, Option<&[u8]>)> = record.headers().collect();
    // The letter's own begin here; those before, also of an older letter, came with the record.
    let letter = all
        .iter()
        .rposition(|(name, _)| *name == dlq::TOPIC)
        .unwrap_or(all.len());
    let mut headers = Headers::new();
    for (index, (name, value)) in all.into_iter().enumerate() {
        let is_letters = index >= letter && name.starts_with(dlq::PREFIX);
        if is_letters || name == dlq::REPLAYS {
            continue;
        }
        match value {
            Some(value) => headers.push(name, Bytes::copy_from_slice(value)),
            None => headers.push_null(name),
        }
    }
    headers.push(dlq::REPLAYS, replays.to_string());
    Parts {
        key: record.key().map(<[u8]>::to_vec),
        headers,
        value: record.value().map(<[u8]>::to_vec),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RecordBatch;

    type Header<'a> = (&'a str, Option<&'a [u8]>);

    fn record(headers: &[Header<'_>]) -> Record {
        let mut batch = RecordBatch::builder("orders.dlq".into(), 0);
        batch.push(0, None, Some(&[0xff]), None);
        headers
            .iter()
            .for_each(|(name, value)| batch.push_header(name, *value));
        Record::new(&batch.finish(), 0)
    }

    const LETTER: [Header<'static>; 4] = [
        (dlq::TOPIC, Some(b"orders")),
        (dlq::PARTITION, Some(b"2")),
        (dlq::OFFSET, Some(b"7")),
        (dlq::REASON, Some(b"timeout")),
    ];

    fn replayed(headers: &[Header<'_>], replays: u32) -> Vec<(String, Option<Vec<u8>>)> {
        let parts = original(&record(headers), replays);
        assert_eq!((parts.key.as_deref(), parts.value), (Some(&[0xff][..]), None));
        let owned = |(name, value): Header<'_>| (name.to_owned(), value.map(<[u8]>::to_vec));
        parts.headers.iter().map(owned).collect()
    }

    fn owned(name: &str, value: Option<&[u8]>) -> (String, Option<Vec<u8>>) {
        (name.to_owned(), value.map(<[u8]>::to_vec))
    }

    #[test]
    fn the_record_comes_back_without_the_letter() {
        let own: [Header<'_>; 3] = [("a", Some(&[0xff])), ("a", None), (dlq::REPLAYS, Some(b"1"))];
        let story = Story::of(&record(&[&own[..], &LETTER].concat()));
        assert_eq!(
            (story.replays, story.origin().as_deref()),
            (1, Some("orders[2]@7"))
        );
        assert_eq!((story.reason.as_deref(), story.attempts), (Some("timeout"), None));
        let expected = [
            owned("a", Some(&[0xff])),
            owned("a", None),
            owned(dlq::REPLAYS, Some(b"2")),
        ];
        assert_eq!(replayed(&[&own[..], &LETTER].concat(), 2), expected);
    }

    #[test]
    fn a_letter_of_a_letter_comes_back_as_the_first_letter() {
        let second: [Header<'_>; 2] = [(dlq::TOPIC, Some(b"orders.dlq")), (dlq::REASON, Some(b"panic"))];
        let both = [&LETTER[..], &second].concat();
        let story = Story::of(&record(&both));
        assert_eq!(
            (story.topic.as_deref(), story.reason.as_deref()),
            (Some("orders.dlq"), Some("panic"))
        );
        let mut expected: Vec<_> = LETTER.iter().map(|(name, value)| owned(name, *value)).collect();
        expected.push(owned(dlq::REPLAYS, Some(b"1")));
        assert_eq!(replayed(&both, 1), expected);
    }

    #[test]
    fn a_record_of_somebody_else_has_no_story() {
        assert_eq!(
            Story::of(&record(&[("a", None), (dlq::ATTEMPTS, Some(b"many"))])),
            Story::default()
        );
    }
}
