//! Times as `2024-01-15T10:30:00.000Z`: RFC 3339 in UTC, always with milliseconds. For `#[serde(with = "moment")]`.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serializer};

/// The time as precise as it is written, so that what is stored and what is published are the same.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

pub(crate) fn text(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(crate) fn serialize<S: Serializer>(moment: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&text(*moment))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    DateTime::deserialize(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_have_their_milliseconds_too() {
        let moment = DateTime::from_timestamp(1_705_314_600, 0).unwrap();
        assert_eq!(text(moment), "2024-01-15T10:30:00.000Z");
    }
}
