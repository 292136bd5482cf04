//! What a type must know to be the type of a key: how it is read, what it takes, how it is shown.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::value::SettingValue;

/// The least and the greatest number that a key takes, in the unit of the key.
pub(crate) type Limits = RangeInclusive<u32>;

/// Why a value is not one for this type.
#[derive(Debug, PartialEq)]
pub(crate) enum Refusal {
    /// The list of what is allowed says it all.
    NotAllowed,
    /// There is more to say.
    Because(String),
}

/// The type of a key.
pub(crate) trait Setting: Sized {
    /// Whether a value must never be shown as it was given; `show` hides what it must.
    const SECRET: bool = false;

    /// What the key takes, for people.
    fn allowed(limits: Option<&Limits>) -> String;

    /// Reads text from a place that knows only text.
    fn from_text(text: &str) -> Result<Self, Refusal>;

    /// Reads a typed value; text is not read as a number here, so that a wrong type in a file is seen.
    fn from_value(value: &SettingValue) -> Result<Self, Refusal>;

    /// The value as one would write it, nothing when unset.
    fn show(&self) -> Option<String>;

    /// The number that limits speak about.
    fn amount(&self) -> Option<f64> {
        None
    }
}

/// A key whose value may be absent: nothing is its default, and it can only be given something.
impl<T: Setting> Setting for Option<T> {
    const SECRET: bool = T::SECRET;

    fn allowed(limits: Option<&Limits>) -> String {
        T::allowed(limits)
    }

    fn from_text(text: &str) -> Result<Self, Refusal> {
        T::from_text(text).map(Some)
    }

    fn from_value(value: &SettingValue) -> Result<Self, Refusal> {
        T::from_value(value).map(Some)
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(T::show)
    }

    fn amount(&self) -> Option<f64> {
        self.as_ref().and_then(T::amount)
    }
}

impl Setting for String {
    fn allowed(_: Option<&Limits>) -> String {
        "text that is not empty".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Refusal> {
        if text.is_empty() {
            Err(Refusal::NotAllowed)
        } else {
            Ok(text.to_owned())
        }
    }

    fn from_value(value: &SettingValue) -> Result<Self, Refusal> {
        match value {
            SettingValue::Text(text) => Self::from_text(text),
            _ => Err(Refusal::NotAllowed),
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl Setting for bool {
    fn allowed(_: Option<&Limits>) -> String {
        "true, false".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Refusal> {
        // `True` is what people bring along from Python.
        text.trim()
            .to_ascii_lowercase()
            .parse()
            .map_err(|_| Refusal::NotAllowed)
    }

    fn from_value(value: &SettingValue) -> Result<Self, Refusal> {
        match value {
            SettingValue::Bool(value) => Ok(*value),
            _ => Err(Refusal::NotAllowed),
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Setting for u32 {
    fn allowed(limits: Option<&Limits>) -> String {
        format!("a whole number{}", within(limits))
    }

    fn from_text(text: &str) -> Result<Self, Refusal> {
        text.trim().parse().map_err(|_| Refusal::NotAllowed)
    }

    fn from_value(value: &SettingValue) -> Result<Self, Refusal> {
        match value {
            SettingValue::Integer(value) => (*value).try_into().map_err(|_| Refusal::NotAllowed),
            _ => Err(Refusal::NotAllowed),
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn amount(&self) -> Option<f64> {
        Some(f64::from(*self))
    }
}

impl Setting for f64 {
    fn allowed(limits: Option<&Limits>) -> String {
        format!("a number{}", within(limits))
    }

    fn from_text(text: &str) -> Result<Self, Refusal> {
        text.trim().parse().map_err(|_| Refusal::NotAllowed)
    }

    fn from_value(value: &SettingValue) -> Result<Self, Refusal> {
        match value {
            SettingValue::Float(value) => Ok(*value),
            SettingValue::Integer(value) => u32::try_from(*value)
                .map(f64::from)
                .map_err(|_| Refusal::NotAllowed),
            _ => Err(Refusal::NotAllowed),
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn amount(&self) -> Option<f64> {
        Some(*self)
    }
}

/// Whole milliseconds; the unit is in the name of the key.
impl Setting for Duration {
    fn allowed(limits: Option<&Limits>) -> String {
        format!("whole milliseconds{}", within(limits))
    }

    fn from_text(text: &str) -> Result<Self, Refusal> {
        text.trim()
            .parse()
            .map(Self::from_millis)
            .map_err(|_| Refusal::NotAllowed)
    }

    fn from_value(value: &SettingValue) -> Result<Self, Refusal> {
        match value {
            SettingValue::Integer(ms) => (*ms)
                .try_into()
                .map(Self::from_millis)
                .map_err(|_| Refusal::NotAllowed),
            // Rounding would quietly turn half a millisecond into none.
            SettingValue::Duration(value) if value.subsec_nanos() % 1_000_000 == 0 => Ok(*value),
            _ => Err(Refusal::NotAllowed),
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.as_millis().to_string())
    }

    fn amount(&self) -> Option<f64> {
        // By way of seconds the greatest allowed value would round past its limit.
        Some(self.as_millis() as f64)
    }
}

fn within(limits: Option<&Limits>) -> String {
    limits
        .map(|limits| format!(" from {} to {}", limits.start(), limits.end()))
        .unwrap_or_default()
}
