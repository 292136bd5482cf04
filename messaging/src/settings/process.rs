//! What code says for all Apps of the process.

use super::value::SettingValue;
use crate::error::{Kind, Result};
use crate::lock::Lock;

static PROCESS: Lock<Process> = Lock::new(Process {
    values: Vec::new(),
    was_read: false,
});

struct Process {
    values: Vec<(String, SettingValue)>,
    /// Whether somebody has read the settings already: what is said later would hold for some and not for others.
    was_read: bool,
}

/// Settings for every App of the process, above the environment and below [`App::configure`](crate::App::configure).
/// Of several calls the later counts.
///
/// Call it first in `main`: Apps, and a [`publish`](crate::publish) without one, read the settings when they are made.
///
/// ```
/// messaging::configure([("message_broker", "memory"), ("topic_prefix", "dev.")])?;
/// let app = messaging::App::empty();
/// # Ok::<(), messaging::Error>(())
/// ```
///
/// # Errors
/// When the settings of this process have been read before. Keys and values are judged when an App starts or is
/// checked, together with those of all other places.
pub fn configure<K: Into<String>, V: Into<SettingValue>>(
    settings: impl IntoIterator<Item = (K, V)>,
) -> Result<()> {
    let settings = settings
        .into_iter()
        .map(|(key, value)| (key.into(), value.into()));
    let settings: Vec<(String, SettingValue)> = settings.collect();
    let mut process = PROCESS.lock();
    if process.was_read {
        return Err(Kind::ConfiguredLate.into());
    }
    process.values.extend(settings);
    Ok(())
}

/// The same as [`configure`], by the longer name.
///
/// # Errors
/// As [`configure`].
pub fn configure_messaging<K: Into<String>, V: Into<SettingValue>>(
    settings: impl IntoIterator<Item = (K, V)>,
) -> Result<()> {
    configure(settings)
}

/// What was said; from now on nothing more may be.
pub(super) fn read() -> Vec<(String, SettingValue)> {
    let mut process = PROCESS.lock();
    process.was_read = true;
    process.values.clone()
}
