//! What other replays of a topic have passed. Each filter has a place of its own, and a letter is sent once, whichever
//! filter it was that sent it.

use super::filter::Filter;
use super::letter::Story;
use super::place::{Place, filters};
use crate::cli::connection::Connection;
use crate::cli::reading::{Reading, Stretch};
use crate::error::Result;
use crate::record::Record;

/// The places of the other filters.
#[derive(Debug, Default)]
pub(super) struct Others(Vec<Other>);

#[derive(Debug)]
struct Other {
    filter: Filter,
    /// Of each partition, the first offset that was not passed.
    passed: Vec<i64>,
}

impl Others {
    /// Looks up the places of all filters but `own` among the groups of the broker.
    ///
    /// # Errors
    /// When the broker does not tell.
    pub(super) async fn find(
        connection: &Connection,
        groups: &[String],
        topic: &str,
        own: &Filter,
        offsets: &[(i64, i64)],
    ) -> Result<Others> {
        let mut others = Vec::new();
        for filter in filters(groups, topic).filter(|filter| filter != own) {
            let left = Place::of(topic, &filter).left(connection, offsets).await?;
            let passed = left.iter().map(|stretch| stretch.from).collect();
            others.push(Other { filter, passed });
        }
        Ok(Others(others))
    }

    /// Whether one of them has passed this letter.
    pub(super) fn passed(&self, record: &Record, story: &Story) -> bool {
        self.0.iter().any(|other| {
            record.offset() < other.place(record.partition()) && other.filter.wants(record, story)
        })
    }

    /// How many letters of these stretches were passed by one of them.
    ///
    /// # Errors
    /// When the topic cannot be read.
    pub(super) async fn count(&self, connection: &Connection, topic: &str, left: &[Stretch]) -> Result<i64> {
        // Behind the furthest of them there are none.
        let furthest = |partition| self.0.iter().map(|other| other.place(partition)).max();
        let looked_at: Vec<Stretch> = left
            .iter()
            .map(|stretch| Stretch {
                end: furthest(stretch.partition).or(Some(stretch.from)),
                ..*stretch
            })
            .filter(|stretch| stretch.len() > 0)
            .collect();
        if looked_at.is_empty() {
            return Ok(0);
        }
        let (mut reading, mut count) = (Reading::open(connection, topic, &looked_at)?, 0);
        while let Some(records) = reading.next().await? {
            let passed = records
                .iter()
                .filter(|record| self.passed(record, &Story::of(record)));
            count += i64::try_from(passed.count()).unwrap_or(i64::MAX);
        }
        Ok(count)
    }
}

impl Other {
    fn place(&self, partition: i32) -> i64 {
        let place = usize::try_from(partition)
            .ok()
            .and_then(|index| self.passed.get(index));
        place.copied().unwrap_or(0)
    }
}
