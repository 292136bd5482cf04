//! Where `groups reset` sets a group to.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use clap::Args;

/// Exactly one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Target {
    /// To the first record that is there
    #[arg(long)]
    to_earliest: bool,
    /// Behind the last record, so that only new ones are read
    #[arg(long)]
    to_latest: bool,
    /// To this offset, in every partition
    #[arg(long, value_name = "OFFSET")]
    to_offset: Option<i64>,
    /// To the first record that is not older, such as 2024-01-15T10:30:00Z; without a zone it is UTC
    #[arg(long, value_name = "TIME", value_parser = time)]
    to_datetime: Option<i64>,
    /// By so many records from what is committed, backwards with a minus
    #[arg(long, value_name = "RECORDS", allow_negative_numbers = true)]
    shift_by: Option<i64>,
}

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Earliest,
    Latest,
    Offset(i64),
    /// Milliseconds since 1970.
    Time(i64),
    Shift(i64),
}

impl Target {
    pub(super) fn place(&self) -> Place {
        let offset = self.to_offset.map(Place::Offset);
        let time = self.to_datetime.map(Place::Time);
        let shift = self.shift_by.map(Place::Shift);
        offset.or(time).or(shift).unwrap_or(if self.to_latest {
            Place::Latest
        } else {
            Place::Earliest
        })
    }
}

/// Milliseconds since 1970 of a time as RFC 3339 writes it.
fn time(text: &str) -> Result<i64, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.timestamp_millis());
    }
    let day = |_| text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN));
    let in_utc = text.parse::<NaiveDateTime>().or_else(day);
    let wrong =
        |error| format!("write a time such as 2024-01-15T10:30:00Z or 2024-01-15T10:30:00+02:00 ({error})");
    in_utc
        .map(|time| time.and_utc().timestamp_millis())
        .map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        for (text, millis) in [
            ("1970-01-01T00:00:01Z", 1_000),
            ("1970-01-01T00:00:01.500Z", 1_500),
            ("1970-01-01T02:00:00+02:00", 0),
            ("1970-01-01T00:00:01", 1_000),
            ("1970-01-02", 86_400_000),
        ] {
            assert_eq!(time(text), Ok(millis), "{text}");
        }
        for text in ["", "yesterday", "2024-13-01T00:00:00Z", "12:30"] {
            let why = time(text).err().unwrap_or_default();
            assert!(
                why.starts_with("write a time such as 2024-01-15T10:30:00Z"),
                "{text}: {why}"
            );
        }
    }
}
