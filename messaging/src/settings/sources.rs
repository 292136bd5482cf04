//! Everything that settings are made from, gathered before anything is judged.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::error::Problem;
use super::file;
use super::keys::KEYS;
use super::origin::Origin;
use super::value::SettingValue;

/// The variable that names the settings file.
const CONFIG: &str = "MESSAGING_CONFIG";
/// The settings file where that variable names none, in the working directory.
const FILE: &str = "messaging.toml";
/// How the variables begin that say something of single workers.
const WORKER: &str = "WORKER__";

/// The keys of one `[messaging.workers.<name>]`, each with its value as written and its place.
pub(super) type WorkerEntries = BTreeMap<String, (SettingValue, Origin)>;

/// A value for a key, from one place.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) origin: Origin,
    pub(super) value: SettingValue,
}

/// Everything that settings are made from. Which value counts is decided by layer and not by the order of the
/// calls; only among values of the same layer the later one counts.
///
/// ```
/// use messaging::settings::{Layer, Settings, Sources};
///
/// let sources = Sources::default()
///     .app_defaults([("message_broker", "memory")])
///     .file("messaging.toml", "[messaging]\nkafka_linger_ms = 5")
///     .environment([("MESSAGE_BROKER", "kafka")]);
/// let settings = Settings::load(&sources)?;
/// assert_eq!(settings.message_broker.as_str(), "kafka");
/// assert_eq!(settings.layer("kafka_linger_ms"), Some(Layer::File));
/// # Ok::<(), messaging::settings::SettingsError>(())
/// ```
#[derive(Clone, Default)]
pub struct Sources {
    pub(super) entries: Vec<Entry>,
    pub(super) workers: BTreeMap<String, WorkerEntries>,
    pub(super) worker_variables: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
}

impl Sources {
    /// The environment of this process, and its settings file: the one that `MESSAGING_CONFIG` names, else
    /// `messaging.toml` in the working directory if there is one.
    pub fn from_process() -> Self {
        Self::from_environment(std::env::vars_os(), Path::new(""))
    }

    /// The same for a given environment and working directory.
    pub(super) fn from_environment(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        directory: &Path,
    ) -> Self {
        let variables: Vec<(OsString, OsString)> = variables.into_iter().collect();
        let config = variables
            .iter()
            .find(|(name, value)| name == CONFIG && !value.is_empty());
        let sources = match config {
            Some((_, path)) => Self::default().named_file(path, directory),
            None => Self::default().usual_file(directory),
        };
        sources.environment(variables)
    }

    /// What `configure` was given.
    #[must_use]
    pub fn code<K: Into<String>, V: Into<SettingValue>>(
        self,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.values(&Origin::Code, values)
    }

    /// What `App::defaults` was given.
    #[must_use]
    pub fn app_defaults<K: Into<String>, V: Into<SettingValue>>(
        self,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.values(&Origin::AppDefaults, values)
    }

    /// Environment variables; those that are no setting's are left alone, an empty one counts as unset. Those that begin
    /// with `WORKER__` are kept for the check to refuse: they would be for single workers, and are not read yet.
    #[must_use]
    pub fn environment<N: AsRef<OsStr>, V: Into<OsString>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        for (name, value) in variables {
            let (name, value) = (name.as_ref(), value.into());
            if let Some(key) = KEYS.iter().find(|key| name == key.environment().as_str()) {
                self.variable(key.name, Origin::Environment(key.environment()), value);
            } else if let Some(name) = of_single_worker(name, &value) {
                self.worker_variables.insert(name.to_owned());
            }
        }
        self
    }

    /// The text of a settings file; the path is only for messages.
    #[must_use]
    pub fn file(mut self, path: &str, text: &str) -> Self {
        let contents = file::read(path, text);
        self.entries.extend(contents.entries);
        self.workers.extend(contents.workers);
        self.problems.extend(contents.problems);
        self
    }

    fn values<K: Into<String>, V: Into<SettingValue>>(
        mut self,
        origin: &Origin,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.entries.extend(values.into_iter().map(|(key, value)| Entry {
            key: key.into(),
            origin: origin.clone(),
            value: value.into(),
        }));
        self
    }

    /// A variable of the environment or, one day, of `.env`.
    pub(super) fn variable(&mut self, key: &str, origin: Origin, value: OsString) {
        match value.into_string() {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => self.entries.push(Entry {
                key: key.to_owned(),
                origin,
                value: SettingValue::Text(text),
            }),
            Err(_) => self
                .problems
                .push(Problem::of_key(key, origin, "found bytes that are not UTF-8")),
        }
    }

    fn named_file(self, path: &OsStr, directory: &Path) -> Self {
        let shown = path.to_string_lossy();
        match fs::read_to_string(directory.join(path)) {
            Ok(text) => self.file(&shown, &text),
            Err(error) => {
                let what = format!("cannot read the settings file {shown}: {error}");
                self.without_file(Origin::Environment(CONFIG.to_owned()), what)
            }
        }
    }

    fn usual_file(self, directory: &Path) -> Self {
        match fs::read_to_string(directory.join(FILE)) {
            Ok(text) => self.file(FILE, &text),
            Err(error) if error.kind() == ErrorKind::NotFound => self,
            Err(error) => {
                let origin = Origin::File {
                    path: FILE.to_owned(),
                    line: 1,
                };
                self.without_file(origin, format!("cannot read the settings file: {error}"))
            }
        }
    }

    fn without_file(mut self, origin: Origin, what: String) -> Self {
        self.problems.push(Problem::of_file(origin, what));
        self
    }
}

/// The name of a variable that says something of a single worker.
fn of_single_worker<'a>(name: &'a OsStr, value: &OsStr) -> Option<&'a str> {
    let says_nothing = value.to_str().is_some_and(|text| text.trim().is_empty());
    let name = name.to_str().filter(|name| name.starts_with(WORKER))?;
    (!says_nothing).then_some(name)
}

/// Shows keys and places; the values are not yet known to be no secrets.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self
            .entries
            .iter()
            .map(|entry| (&entry.key, entry.origin.to_string()));
        f.debug_map().entries(places).finish()
    }
}
