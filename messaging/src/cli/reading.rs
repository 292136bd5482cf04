//! The records of a topic, as commands read them: without a group.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::connection::{Connection, failed};
use crate::broker::{Reader, ReaderEvent, Start, TopicPartition};
use crate::error::Result;
use crate::record::Record;

/// A partition, where it is read from, and, unless it is followed, the offset behind the last record wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) partition: i32,
    pub(super) from: i64,
    pub(super) end: Option<i64>,
}

impl Stretch {
    /// How many offsets it has; 0 when it has no end.
    pub(super) fn len(&self) -> i64 {
        self.end.map_or(0, |end| (end - self.from).max(0))
    }
}

/// Records in the order in which they come.
pub(super) struct Reading {
    /// One, and one more for each time that partitions were added.
    readers: Vec<Box<dyn Reader>>,
    /// Which reader is asked first, so that each has its turn.
    turn: usize,
    /// Of each partition that has an end which was not reached yet.
    ends: BTreeMap<i32, i64>,
    follows: bool,
}

impl Reading {
    /// Reads stretches of a topic. Those that have an end are read up to it.
    ///
    /// # Errors
    /// When the broker has no way to read without a group.
    pub(super) fn open(connection: &Connection, topic: &str, stretches: &[Stretch]) -> Result<Reading> {
        let wanted = stretches.iter().filter(|s| s.end.is_none_or(|end| s.from < end));
        Ok(Reading {
            readers: vec![reader(connection, topic, wanted.clone())?],
            turn: 0,
            ends: wanted.filter_map(|s| Some((s.partition, s.end?))).collect(),
            follows: stretches.iter().any(|stretch| stretch.end.is_none()),
        })
    }

    /// Reads stretches without ends as well, of partitions that were added to the topic.
    ///
    /// # Errors
    /// As [`Reading::open`].
    pub(super) fn add(&mut self, connection: &Connection, topic: &str, stretches: &[Stretch]) -> Result<()> {
        self.readers.push(reader(connection, topic, stretches.iter())?);
        Ok(())
    }

    /// The next records, which are of one partition; `None` when all ends were reached. Safe to drop and call again.
    ///
    /// # Errors
    /// When it cannot go on.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Record>>> {
        while self.follows || !self.ends.is_empty() {
            match poll_fn(|context| self.poll_event(context)).await {
                ReaderEvent::Records(batch) => {
                    let records = (0..batch.len()).map(|index| Record::new(&batch, index));
                    let records = self.wanted(batch.partition(), records.collect());
                    if !records.is_empty() {
                        return Ok(Some(records));
                    }
                }
                ReaderEvent::End(at) => drop(self.ends.remove(&at.partition)),
                ReaderEvent::Trouble(error) => {
                    tracing::warn!(error = %crate::outcome::describe(&error), "reading goes on once the broker answers");
                }
                ReaderEvent::Failed(source) => return Err(failed("the topic cannot be read")(source)),
            }
        }
        Ok(None)
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<ReaderEvent> {
        let count = self.readers.len();
        for index in (0..count).map(|step| (self.turn + step) % count) {
            if let Poll::Ready(event) = self.readers[index].poll_event(context) {
                self.turn = (index + 1) % count;
                return Poll::Ready(event);
            }
        }
        Poll::Pending
    }

    /// Those before the end; notes when it is reached.
    fn wanted(&mut self, partition: i32, mut records: Vec<Record>) -> Vec<Record> {
        if self.follows {
            return records;
        }
        let Some(&end) = self.ends.get(&partition) else {
            return Vec::new();
        };
        if records.last().is_some_and(|last| last.offset() + 1 >= end) {
            self.ends.remove(&partition);
            records.retain(|record| record.offset() < end);
        }
        records
    }
}

fn reader<'a>(
    connection: &Connection,
    topic: &str,
    stretches: impl Iterator<Item = &'a Stretch>,
) -> Result<Box<dyn Reader>> {
    let topic: Arc<str> = topic.into();
    let place = |stretch: &Stretch| {
        let (topic, partition) = (topic.clone(), stretch.partition);
        (TopicPartition { topic, partition }, Start::Offset(stretch.from))
    };
    let from: Vec<_> = stretches.map(place).collect();
    let reader = connection.broker.reader(&from);
    reader.map_err(failed("the topic cannot be read"))
}

/// The last `count` records of which `keep` is true, over all partitions, oldest first.
///
/// It reads a window before the ends, and a larger one when that has too few: offsets have gaps, and not all are kept.
///
/// # Errors
/// When the topic cannot be read.
pub(super) async fn last(
    connection: &Connection,
    topic: &str,
    offsets: &[(i32, (i64, i64))],
    count: usize,
    keep: impl Fn(&Record) -> bool,
) -> Result<Vec<Record>> {
    let mut window = i64::try_from(count).unwrap_or(i64::MAX);
    loop {
        let stretch = |(partition, (first, end)): &(i32, (i64, i64))| Stretch {
            partition: *partition,
            from: end.saturating_sub(window).max(*first),
            end: Some(*end),
        };
        let stretches: Vec<Stretch> = offsets.iter().map(stretch).collect();
        let mut found = newest(Reading::open(connection, topic, &stretches)?, count, &keep).await?;
        if is_enough(&found, &stretches, offsets, count) {
            found.sort_by_key(|record| (record.timestamp(), record.partition(), record.offset()));
            found.drain(..found.len().saturating_sub(count));
            return Ok(found);
        }
        window = window.saturating_mul(8);
    }
}

/// Whether what lies before the window cannot be among the last: each partition that has more gave enough by itself.
fn is_enough(found: &[Record], stretches: &[Stretch], offsets: &[(i32, (i64, i64))], count: usize) -> bool {
    stretches.iter().zip(offsets).all(|(stretch, (_, (first, _)))| {
        let of_it = found
            .iter()
            .filter(|record| record.partition() == stretch.partition);
        stretch.from == *first || of_it.count() >= count
    })
}

/// The newest `count` of each partition.
async fn newest(mut reading: Reading, count: usize, keep: impl Fn(&Record) -> bool) -> Result<Vec<Record>> {
    let mut found: BTreeMap<i32, VecDeque<Record>> = BTreeMap::new();
    while let Some(records) = reading.next().await? {
        for record in records.iter().filter(|record| keep(record)) {
            let of_partition = found.entry(record.partition()).or_default();
            // A batch of which one record is kept would stay in memory as a whole.
            of_partition.push_back(record.detach());
            if of_partition.len() > count {
                of_partition.pop_front();
            }
        }
    }
    Ok(found.into_values().flatten().collect())
}
