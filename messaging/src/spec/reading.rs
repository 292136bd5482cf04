//! How an operator's value for a worker's key is read and shown.

use std::time::Duration;

use serde_json::Value;

use crate::delivery::policy::{Backoff, OnExhausted, Order};
use crate::settings::{Given, OffsetReset, Refusal, Setting, SettingValue, words};

/// The type of a worker's key.
pub(crate) trait KeyValue: Sized {
    /// What the key takes, for people.
    fn allowed() -> String;

    /// Reads what an operator wrote.
    fn read(given: Given<'_>) -> Result<Self, Refusal>;

    /// As one would write it.
    fn show(&self) -> Value;
}

words! { Order: Key = "key", Partition = "partition", None = "none" }
words! { Backoff: Exponential = "exponential", Linear = "linear", Fixed = "fixed" }
words! { OnExhausted: Dlq = "dlq", Skip = "skip", Stop = "stop" }

/// Types that keys of settings have as well.
macro_rules! as_setting {
    ($($type:ty),+) => {$(
        impl KeyValue for $type {
            fn allowed() -> String {
                <$type as Setting>::allowed(None)
            }

            fn read(given: Given<'_>) -> Result<$type, Refusal> {
                match given {
                    Given::Text(text) => Setting::from_text(text),
                    Given::Typed(value) => Setting::from_value(value),
                }
            }

            fn show(&self) -> Value {
                match self.amount() {
                    Some(amount) if amount.fract() == 0.0 => Value::from(amount as i64),
                    Some(amount) => Value::from(amount),
                    None => Value::from(Setting::show(self)),
                }
            }
        }
    )+};
}

as_setting!(String, u32, f64, Order, Backoff, OnExhausted, OffsetReset);

/// A number of which none would mean that nothing ever runs.
impl KeyValue for usize {
    fn allowed() -> String {
        "a whole number from 1".to_owned()
    }

    fn read(given: Given<'_>) -> Result<usize, Refusal> {
        let read = match given {
            Given::Text(text) => text.trim().parse().ok(),
            Given::Typed(SettingValue::Integer(value)) => usize::try_from(*value).ok(),
            Given::Typed(_) => None,
        };
        read.filter(|count| *count > 0).ok_or(Refusal::NotAllowed)
    }

    fn show(&self) -> Value {
        Value::from(*self)
    }
}

/// As in the macro: a number is seconds, everything else has a unit.
impl KeyValue for Duration {
    fn allowed() -> String {
        "100ms, 5s, 2m, 1h30m, or whole seconds".to_owned()
    }

    fn read(given: Given<'_>) -> Result<Duration, Refusal> {
        let text = match given {
            Given::Typed(SettingValue::Integer(seconds)) => {
                let seconds = u64::try_from(*seconds).map_err(|_| Refusal::NotAllowed)?;
                return Ok(Duration::from_secs(seconds));
            }
            Given::Typed(SettingValue::Text(text)) => text,
            Given::Typed(_) => return Err(Refusal::NotAllowed),
            Given::Text(text) => match text.trim().parse() {
                Ok(seconds) => return Ok(Duration::from_secs(seconds)),
                Err(_) => text,
            },
        };
        humantime::parse_duration(text.trim()).map_err(|_| Refusal::NotAllowed)
    }

    fn show(&self) -> Value {
        let text = humantime::format_duration(*self).to_string();
        Value::from(text.replace(' ', ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_or_are_seconds() {
        for (text, millis) in [
            ("100ms", 100),
            ("5s", 5_000),
            ("2m", 120_000),
            ("1h30m", 5_400_000),
            ("5", 5_000),
            ("0", 0),
        ] {
            assert_eq!(
                Duration::read(Given::Text(text)),
                Ok(Duration::from_millis(millis)),
                "{text}"
            );
        }
        let typed = SettingValue::Integer(5);
        assert_eq!(Duration::read(Given::Typed(&typed)), Ok(Duration::from_secs(5)));
        for text in ["", "s", "-5s", "5 parsecs", "1.5"] {
            assert_eq!(
                Duration::read(Given::Text(text)),
                Err(Refusal::NotAllowed),
                "{text}"
            );
        }
        let text = SettingValue::Text("5".to_owned());
        assert_eq!(
            Duration::read(Given::Typed(&text)),
            Err(Refusal::NotAllowed),
            "a file knows its types"
        );
        assert_eq!(
            KeyValue::show(&Duration::from_millis(90_500)),
            Value::from("1m30s500ms")
        );
    }

    #[test]
    fn counts_begin_at_one() {
        assert_eq!(usize::read(Given::Text("8")), Ok(8));
        for text in ["0", "-1", "1.5", "many", ""] {
            assert_eq!(usize::read(Given::Text(text)), Err(Refusal::NotAllowed), "{text}");
        }
    }
}
