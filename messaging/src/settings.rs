//! The operator's input, from every place that may give some.
//!
//! A value is taken from the strongest of these layers that has one: `configure` in code, the environment (the
//! key in capitals), `messaging.toml` (section `[messaging]`), `App::defaults`, the default of the key.
//! Each value knows where it came from; secrets are never shown; whatever is wrong is reported all at once.
//!
//! Every layer is judged, also where a stronger one hides it: a file that is wrong today would otherwise come to
//! light on the day somebody takes a variable away. A table such as `kafka_extra` counts as one value.

mod choice;
mod describe;
mod error;
mod extra;
mod file;
mod keys;
mod layer;
mod load;
mod origin;
mod rules;
mod secret;
mod servers;
mod setting;
mod sources;
#[cfg(test)]
mod tests;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

pub use choice::{CompressionType, MessageBroker, OffsetReset, SaslMechanism, SecurityProtocol};
pub use describe::Described;
pub use error::{Problem, SettingsError};
pub use extra::KafkaExtra;
#[cfg(all(test, feature = "kafka"))]
pub(crate) use extra::{TUNED, is_owned};
pub use keys::Values;
pub use layer::{Layer, Resolved, WorkerLayer};
pub use origin::Origin;
pub use secret::Secret;
pub use servers::Servers;
pub use sources::Sources;
pub use value::SettingValue;

use sources::WorkerEntries;

/// All settings of one `App`. They are read as fields, `settings.kafka_linger_ms`, through [`Values`]; nothing
/// changes them, and so each value stays the one whose place is known.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    values: Values,
    /// Of the keys that have a value from outside; the others are at their default.
    origins: BTreeMap<&'static str, Origin>,
    workers: BTreeMap<String, WorkerEntries>,
    worker_variables: BTreeSet<String>,
}

impl Settings {
    /// Decides which value counts for every key.
    ///
    /// # Errors
    /// All problems of all layers: keys that do not exist, values that a key does not take, settings that
    /// contradict each other, a file that cannot be read.
    pub fn load(sources: &Sources) -> Result<Self, SettingsError> {
        load::load(sources)
    }

    /// The layer that the value of this key came from; nothing when there is no such key.
    pub fn layer(&self, key: &str) -> Option<Layer> {
        keys::find(key).map(|key| self.origin_of(key.name).layer())
    }

    /// The place that the value of this key came from; nothing when there is no such key.
    pub fn origin(&self, key: &str) -> Option<Origin> {
        keys::find(key).map(|key| self.origin_of(key.name))
    }

    /// The names of all workers that the file has a section for.
    pub fn worker_names(&self) -> impl Iterator<Item = &str> {
        self.workers.keys().map(String::as_str)
    }

    /// What `[messaging.workers.<worker>]` says, as it was written: key, value and place. The check refuses it, because
    /// nothing reads it yet.
    pub fn worker_entries(&self, worker: &str) -> impl Iterator<Item = (&str, &SettingValue, &Origin)> {
        let entries = self.workers.get(worker).into_iter().flatten();
        entries.map(|(key, (value, origin))| (key.as_str(), value, origin))
    }

    /// The variables that say something of single workers.
    pub(crate) fn worker_variables(&self) -> impl Iterator<Item = &str> {
        self.worker_variables.iter().map(String::as_str)
    }

    fn origin_of(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }
}

/// Fields to read without fields to write.
impl Deref for Settings {
    type Target = Values;

    fn deref(&self) -> &Values {
        &self.values
    }
}
