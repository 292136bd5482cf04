//! A value as somebody gave it, before any key has looked at it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// A value for a setting as it was written, in code, in a file or in the environment.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SettingValue {
    /// Text. In code and in the environment it may stand for any type: `"5"`, `"true"`.
    Text(String),
    /// `true` or `false`.
    Bool(bool),
    /// A whole number; wide enough for every integer type of Rust that has a `From` here.
    Integer(i128),
    /// A number with a fraction.
    Float(f64),
    /// A span of time, for keys in milliseconds.
    Duration(Duration),
    /// Several values.
    List(Vec<SettingValue>),
    /// Named values.
    Table(BTreeMap<String, SettingValue>),
}

impl SettingValue {
    /// What it is, without the value: all that may be said of a secret.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number with a fraction",
            Self::Duration(_) => "a duration",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl fmt::Display for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Duration(value) => write!(f, "the duration {value:?}"),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            // Tables are where librdkafka's own secrets stand.
            Self::Table(_) => f.write_str(self.kind()),
        }
    }
}

impl From<&str> for SettingValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for SettingValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for SettingValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for SettingValue {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<Duration> for SettingValue {
    fn from(value: Duration) -> Self {
        Self::Duration(value)
    }
}

impl<T: Into<SettingValue>> From<Vec<T>> for SettingValue {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<SettingValue>> From<BTreeMap<String, T>> for SettingValue {
    fn from(table: BTreeMap<String, T>) -> Self {
        Self::Table(
            table
                .into_iter()
                .map(|(name, value)| (name, value.into()))
                .collect(),
        )
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for SettingValue {
            fn from(value: $integer) -> Self {
                Self::Integer(i128::from(value))
            }
        }
    )*};
}

from_integers!(u8 u16 u32 u64 i8 i16 i32 i64);

impl From<usize> for SettingValue {
    fn from(value: usize) -> Self {
        // No platform has a usize wider than 64 bits.
        Self::Integer(value as i128)
    }
}
