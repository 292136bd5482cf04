//! The exact place of a value, for messages and for the `settings` command.

use std::fmt;

use super::layer::Layer;

/// The place where a value was written, exact enough to go there and change it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// `App::configure` in code.
    Code,
    /// `messaging::configure` in code.
    Process,
    /// The environment variable of this name.
    Environment(String),
    /// A line of `.env`.
    DotEnv {
        /// The variable.
        name: String,
        /// Counted from 1.
        line: usize,
    },
    /// A line of the settings file.
    File {
        /// The file as it was named.
        path: String,
        /// Counted from 1.
        line: usize,
    },
    /// `App::defaults` in code.
    AppDefaults,
    /// Nobody gave a value.
    Default,
}

impl Origin {
    /// The layer that this place belongs to.
    pub fn layer(&self) -> Layer {
        match self {
            Self::Code => Layer::Code,
            Self::Process => Layer::Process,
            Self::Environment(_) => Layer::Environment,
            Self::DotEnv { .. } => Layer::DotEnv,
            Self::File { .. } => Layer::File,
            Self::AppDefaults => Layer::AppDefaults,
            Self::Default => Layer::Default,
        }
    }

    /// The name of the variable, where it is one.
    pub(super) fn variable(&self) -> Option<&str> {
        match self {
            Self::Environment(name) | Self::DotEnv { name, .. } => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::DotEnv { name, line } => write!(f, ".env:{line} {name}"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Code | Self::Process | Self::AppDefaults | Self::Default => self.layer().fmt(f),
        }
    }
}
