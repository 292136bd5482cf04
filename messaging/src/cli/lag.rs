//! How far a group is behind: counted and said in one way by all commands.

use std::fmt;

use super::output::counted;

/// What a group has to read on some partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lag {
    /// Records behind what is committed.
    records: i64,
    committed: usize,
    /// Partitions of which nothing is committed.
    pub(super) uncommitted: usize,
    /// All records of those: where the group begins on them is for `auto_offset_reset` to say.
    pub(super) unread: i64,
}

impl Lag {
    /// Adds a partition, by its first offset and its end.
    pub(super) fn add(&mut self, (first, end): (i64, i64), committed: Option<i64>) {
        match behind(end, committed) {
            Some(records) => {
                self.committed += 1;
                self.records += records;
            }
            None => {
                self.uncommitted += 1;
                self.unread += end - first;
            }
        }
    }

    /// The records behind what is committed; `None` where nothing is.
    pub(super) fn known(&self) -> Option<i64> {
        (self.committed > 0).then_some(self.records)
    }
}

impl fmt::Display for Lag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known() {
            Some(records) => write!(f, "lag {records}")?,
            None => f.write_str("lag unknown")?,
        }
        if self.uncommitted > 0 {
            write!(
                f,
                ", and {} without a commit",
                counted(self.uncommitted, "partition")
            )?;
        }
        if self.unread > 0 {
            let records = usize::try_from(self.unread).unwrap_or(0);
            write!(f, " ({})", counted(records, "record"))?;
        }
        Ok(())
    }
}

/// How many records lie behind what is committed of a partition, as Kafka's own tool counts: also those that the topic
/// no longer has, and less than none where it was made anew.
pub(super) fn behind(end: i64, committed: Option<i64>) -> Option<i64> {
    committed.map(|committed| end - committed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(partitions: &[((i64, i64), Option<i64>)]) -> String {
        let mut lag = Lag::default();
        for (ends, committed) in partitions {
            lag.add(*ends, *committed);
        }
        lag.to_string()
    }

    #[test]
    fn what_is_not_committed_is_not_called_done() {
        for (partitions, expected) in [
            (&[][..], "lag unknown"),
            (&[((0, 5), Some(2)), ((0, 1), Some(1))], "lag 3"),
            (
                &[((0, 5), None)],
                "lag unknown, and 1 partition without a commit (5 records)",
            ),
            (
                &[((0, 5), Some(5)), ((3, 3), None), ((0, 0), None)],
                "lag 0, and 2 partitions without a commit",
            ),
            (&[((4, 9), Some(2))], "lag 7"),
            (&[((4, 9), Some(12))], "lag -3"),
        ] {
            assert_eq!(said(partitions), expected);
        }
    }
}
