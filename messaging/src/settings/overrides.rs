//! What an operator says of single workers: `[messaging.workers.<name>]` and `WORKER__<NAME>__<KEY>`.

use super::compat;
use super::keys::Given;
use super::layer::{Resolved, WorkerLayer};
use super::origin::Origin;
use super::value::SettingValue;

/// How the variables begin that say something of single workers.
pub(super) const PREFIX: &str = "WORKER__";

/// The name of a worker as variables have it: in capitals, everything else than letters and digits as one `_`.
///
/// ```
/// assert_eq!(messaging::settings::variable_name("charge-card.v2"), "CHARGE_CARD_V2");
/// ```
pub fn variable_name(worker: &str) -> String {
    let letter = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    worker.chars().map(letter).collect()
}

/// A value for a key of one worker, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerOverride {
    worker: Named,
    key: String,
    value: SettingValue,
    origin: Origin,
}

/// Which worker is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    Exactly(String),
    InCapitals(String),
}

impl WorkerOverride {
    pub(super) fn in_file(worker: &str, key: &str, value: SettingValue, origin: Origin) -> WorkerOverride {
        WorkerOverride {
            worker: Named::Exactly(worker.to_owned()),
            key: in_our_words(key),
            value,
            origin,
        }
    }

    /// From what stands behind the prefix in the name of a variable. No key has two `_` in a row, a name may.
    pub(super) fn in_variable(rest: &str, value: &str, origin: Origin) -> Option<WorkerOverride> {
        let (worker, key) = rest.rsplit_once("__")?;
        let is_capital = !rest.contains(|c: char| c.is_ascii_lowercase());
        (is_capital && !worker.is_empty() && !key.is_empty()).then(|| WorkerOverride {
            worker: Named::InCapitals(worker.to_owned()),
            key: in_our_words(&key.to_ascii_lowercase()),
            value: SettingValue::Text(value.to_owned()),
            origin,
        })
    }

    /// The worker's name as it was written: in a variable it is in capitals.
    pub fn worker(&self) -> &str {
        match &self.worker {
            Named::Exactly(name) | Named::InCapitals(name) => name,
        }
    }

    /// Whether it is this worker that is meant.
    pub fn is_of(&self, worker: &str) -> bool {
        match &self.worker {
            Named::Exactly(name) => name == worker,
            Named::InCapitals(name) => *name == variable_name(worker),
        }
    }

    /// The key, as in the macro.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value, as it was written.
    pub fn value(&self) -> &SettingValue {
        &self.value
    }

    /// The value on its way into a key.
    pub(crate) fn given(&self) -> Given<'_> {
        Given::of(&self.value, self.origin.layer())
    }

    /// Where it was written.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The layer that it is in.
    pub fn layer(&self) -> WorkerLayer {
        match self.origin {
            Origin::Environment(_) => WorkerLayer::Environment,
            Origin::DotEnv { .. } => WorkerLayer::DotEnv,
            _ => WorkerLayer::File,
        }
    }
}

fn in_our_words(key: &str) -> String {
    compat::ours(compat::Kind::WorkerKey, key)
        .unwrap_or(key)
        .to_owned()
}

/// What counts of all that is said of one worker: for each key the strongest layer's value.
pub(super) fn strongest<'a>(all: &'a [WorkerOverride], worker: &str) -> Vec<&'a WorkerOverride> {
    let of_worker: Vec<&WorkerOverride> = all.iter().filter(|said| said.is_of(worker)).collect();
    let mut keys: Vec<&str> = of_worker.iter().map(|said| said.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    let pick = |key: &str| {
        let of_key = of_worker.iter().filter(|said| said.key == key);
        Resolved::pick(of_key.map(|said| (said.layer(), Some(*said))))
    };
    keys.into_iter()
        .filter_map(pick)
        .map(|picked| picked.value)
        .collect()
}
