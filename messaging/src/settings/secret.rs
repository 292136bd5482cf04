//! Text that is never shown.

use std::fmt;

use super::setting::{Limits, Refusal, Setting};
use super::value::SettingValue;

/// What stands in the place of a secret wherever one would be shown.
pub(super) const HIDDEN: &str = "***";

/// Text that is never shown: `Debug` and `Display` write `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one who hands it to the broker's client.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Setting for Secret {
    const SECRET: bool = true;

    fn allowed(limits: Option<&Limits>) -> String {
        String::allowed(limits)
    }

    fn from_text(text: &str) -> Result<Self, Refusal> {
        String::from_text(text).map(Self)
    }

    fn from_value(value: &SettingValue) -> Result<Self, Refusal> {
        String::from_value(value).map(Self)
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}
