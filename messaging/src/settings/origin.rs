//! The exact place of a value, for messages and for the `settings` command.

use std::fmt;

use super::layer::Layer;

/// The place where a value was written, exact enough to go there and change it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// `configure` in code.
    Code,
    /// The environment variable of this name.
    Environment(String),
    /// The variable of this name in `.env`, which nothing reads yet.
    DotEnv(String),
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
            Self::Environment(_) => Layer::Environment,
            Self::DotEnv(_) => Layer::DotEnv,
            Self::File { .. } => Layer::File,
            Self::AppDefaults => Layer::AppDefaults,
            Self::Default => Layer::Default,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::DotEnv(name) => write!(f, ".env {name}"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Code | Self::AppDefaults | Self::Default => self.layer().fmt(f),
        }
    }
}
