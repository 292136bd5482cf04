//! What is wrong with the settings, all of it at once.

use std::fmt;

use super::origin::Origin;

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The key; absent when a whole file could not be read.
    pub key: Option<String>,
    /// Where it was found.
    pub origin: Origin,
    /// What was found. Values of secret keys are not in it.
    pub what: String,
    /// What the key takes, when that is the question.
    pub allowed: Option<String>,
}

impl Problem {
    pub(super) fn of_key(key: &str, origin: Origin, what: impl Into<String>) -> Self {
        Self {
            key: Some(key.to_owned()),
            origin,
            what: what.into(),
            allowed: None,
        }
    }

    pub(super) fn of_file(origin: Origin, what: impl Into<String>) -> Self {
        Self {
            key: None,
            origin,
            what: what.into(),
            allowed: None,
        }
    }

    pub(super) fn allowed(self, allowed: String) -> Self {
        Self {
            allowed: Some(allowed),
            ..self
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{key} ({}): {}", self.origin, self.what)?,
            None => write!(f, "{}: {}", self.origin, self.what)?,
        }
        match &self.allowed {
            Some(allowed) => write!(f, "; allowed: {allowed}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with the settings, one problem a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the settings cannot be used, change what follows{}", lines(.problems))]
#[non_exhaustive]
pub struct SettingsError {
    /// At least one.
    pub problems: Vec<Problem>,
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}
