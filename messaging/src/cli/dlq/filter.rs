//! Which dead letters are meant.

use clap::Args;
use clap::builder::{PossibleValuesParser, RangedI64ValueParser};

use super::letter::Story;
use crate::cli::reading::Stretch;
use crate::outcome::Reason;
use crate::record::Record;

#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(super) struct Filter {
    /// Only letters of this reason
    #[arg(long, value_parser = PossibleValuesParser::new(Reason::ALL.map(Reason::as_str)))]
    reason: Option<String>,
    /// Only letters of this worker
    #[arg(long)]
    worker: Option<String>,
    /// Only letters in this partition of the dead letter topic, counted from 0
    #[arg(short, long, value_name = "P", value_parser = RangedI64ValueParser::<i32>::new().range(0..))]
    partition: Option<i32>,
    /// Only the letter at this offset of the partition
    #[arg(long, requires = "partition", value_parser = RangedI64ValueParser::<i64>::new().range(0..))]
    offset: Option<i64>,
}

impl Filter {
    pub(super) fn wants(&self, record: &Record, story: &Story) -> bool {
        let is = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        is(&self.reason, &story.reason)
            && is(&self.worker, &story.worker)
            && self.partition.is_none_or(|wanted| wanted == record.partition())
            && self.offset.is_none_or(|wanted| wanted == record.offset())
    }

    /// The part of a stretch in which letters can be that are meant; nothing else has to be read.
    pub(super) fn within(&self, stretch: Stretch) -> Option<Stretch> {
        if self.partition.is_some_and(|wanted| wanted != stretch.partition) {
            return None;
        }
        let Some(offset) = self.offset else {
            return Some(stretch);
        };
        let behind = offset.saturating_add(1);
        Some(Stretch {
            from: stretch.from.max(offset),
            end: stretch.end.map(|end| end.min(behind)),
            ..stretch
        })
    }

    /// The first offset and the end of each partition in which such letters can be, with its number.
    pub(super) fn offsets(&self, offsets: &[(i64, i64)]) -> Vec<(i32, (i64, i64))> {
        let whole = (0..).zip(offsets).map(|(partition, (first, end))| Stretch {
            partition,
            from: *first,
            end: Some(*end),
        });
        let within = whole.filter_map(|stretch| self.within(stretch));
        within
            .filter_map(|stretch| Some((stretch.partition, (stretch.from, stretch.end?))))
            .collect()
    }

    /// What is added to the name of the group that keeps a replay's place: each filter has its own.
    pub(super) fn suffix(&self) -> String {
        fn part(name: &str, value: Option<impl std::fmt::Display>) -> String {
            value.map_or_else(String::new, |value| format!(".{name}={value}"))
        }
        [
            part("reason", self.reason.as_ref()),
            part("partition", self.partition),
            part("offset", self.offset),
            // At the end, because the name of a worker may have dots.
            part("worker", self.worker.as_ref()),
        ]
        .concat()
    }

    /// The filter of a suffix; `None` for what is none.
    pub(super) fn of_suffix(suffix: &str) -> Option<Filter> {
        let (head, worker) = match suffix.split_once(".worker=") {
            Some((head, worker)) => (head, Some(worker)),
            None => (suffix, None),
        };
        let value = |name: &str| {
            let parts = head.split('.').filter_map(|part| part.split_once('='));
            let mut named = parts.filter(|(found, _)| *found == name);
            named.next().map(|(_, value)| value)
        };
        let filter = Filter {
            reason: value("reason").map(str::to_owned),
            worker: worker.map(str::to_owned),
            partition: value("partition").and_then(|value| value.parse().ok()),
            offset: value("offset").and_then(|value| value.parse().ok()),
        };
        (filter.suffix() == suffix).then_some(filter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_says_which_filter_it_is_of() {
        let reason = Some("timeout".to_owned());
        let worker = Some("a.worker=b".to_owned());
        let all = [
            Filter::default(),
            Filter {
                reason: reason.clone(),
                ..Filter::default()
            },
            Filter {
                worker: worker.clone(),
                ..Filter::default()
            },
            Filter {
                reason,
                worker,
                partition: Some(1),
                offset: Some(7),
            },
        ];
        for filter in all {
            assert_eq!(Filter::of_suffix(&filter.suffix()), Some(filter));
        }
        for none in [".dlq", ".dlq.reason=timeout", ".offset=x", ".reason", "x"] {
            assert_eq!(Filter::of_suffix(none), None, "{none}");
        }
    }

    #[test]
    fn of_one_letter_only_its_offset_is_read() {
        let filter = |partition, offset| Filter {
            partition,
            offset,
            ..Filter::default()
        };
        let stretch = |from, end| Stretch {
            partition: 1,
            from,
            end: Some(end),
        };
        let whole = stretch(2, 9);
        for (filter, expected) in [
            (filter(None, None), Some(whole)),
            (filter(Some(1), None), Some(whole)),
            (filter(Some(0), None), None),
            (filter(Some(1), Some(4)), Some(stretch(4, 5))),
            (filter(Some(1), Some(1)), Some(stretch(2, 2))),
            (filter(Some(1), Some(9)), Some(stretch(9, 9))),
        ] {
            assert_eq!(filter.within(whole), expected, "{filter:?}");
        }
    }
}
