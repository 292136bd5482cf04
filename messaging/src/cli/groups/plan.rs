//! What `groups reset` would set, partition by partition.

use serde::Serialize;

use super::target::Place;

/// What is known of a partition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) partition: i32,
    pub(super) first: i64,
    pub(super) end: i64,
    pub(super) committed: Option<i64>,
    /// The first record that is not older than the time asked for; `None` when all are.
    pub(super) at_time: Option<i64>,
}

/// A partition, and where it would be set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Change {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) committed: Option<i64>,
    pub(super) new: i64,
    /// Whether it is another offset than the one asked for, because no record is there.
    pub(super) limited: bool,
}

/// The change of one partition; `None` where nothing is committed that could be shifted.
pub(super) fn change(topic: &str, known: Known, place: Place) -> Option<Change> {
    let wanted = match place {
        Place::Earliest => known.first,
        Place::Latest => known.end,
        Place::Offset(offset) => offset,
        Place::Time(_) => known.at_time.unwrap_or(known.end),
        Place::Shift(by) => known.committed?.saturating_add(by),
    };
    let new = wanted.clamp(known.first, known.end.max(known.first));
    Some(Change {
        topic: topic.to_owned(),
        partition: known.partition,
        committed: known.committed,
        new,
        limited: new != wanted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known = Known {
        partition: 0,
        first: 10,
        end: 50,
        committed: Some(30),
        at_time: Some(42),
    };

    fn new(known: Known, place: Place) -> Option<(i64, bool)> {
        change("t", known, place).map(|change| (change.new, change.limited))
    }

    #[test]
    fn each_place_has_its_offset_among_the_records_that_are_there() {
        for (place, expected) in [
            (Place::Earliest, (10, false)),
            (Place::Latest, (50, false)),
            (Place::Offset(20), (20, false)),
            (Place::Offset(3), (10, true)),
            (Place::Offset(99), (50, true)),
            (Place::Time(0), (42, false)),
            (Place::Shift(-5), (25, false)),
            (Place::Shift(5), (35, false)),
            (Place::Shift(i64::MIN), (10, true)),
            (Place::Shift(i64::MAX), (50, true)),
        ] {
            assert_eq!(new(KNOWN, place), Some(expected), "{place:?}");
        }
    }

    #[test]
    fn what_was_never_committed_cannot_be_shifted_but_set() {
        let fresh = Known {
            committed: None,
            at_time: None,
            ..KNOWN
        };
        assert_eq!(new(fresh, Place::Shift(1)), None);
        assert_eq!(new(fresh, Place::Earliest), Some((10, false)));
        assert_eq!(new(fresh, Place::Time(0)), Some((50, false)), "all are older");
    }
}
