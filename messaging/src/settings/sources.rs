//! Everything that settings are made from, gathered before anything is judged.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::future::Future;
use std::path::Path;

use super::environment;
use super::error::Problem;
use super::file;
use super::origin::Origin;
use super::overrides::{PREFIX, WorkerOverride};
use super::section::Tree;
use super::token::{Token, TokenSource};
use super::value::SettingValue;
use super::{compat, dotenv, keys, process};
use crate::BoxError;

mod found;

/// A value for a key, from one place.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) origin: Origin,
    pub(super) value: SettingValue,
}

impl Entry {
    fn in_our_words(mut self) -> Entry {
        if let SettingValue::Text(text) = &self.value
            && let Some(key) = keys::find(&self.key)
            && let Some(ours) = compat::ours(compat::Kind::Value(key.name), text.trim())
        {
            self.value = SettingValue::Text(ours.to_owned());
        }
        self
    }
}

/// A variable that may be of a section of the user's own.
#[derive(Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) origin: Origin,
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
///     .dot_env("KAFKA_LINGER_MS=7\nMESSAGE_BROKER=memory")
///     .environment([("MESSAGE_BROKER", "kafka")]);
/// let settings = Settings::load(&sources)?;
/// assert_eq!(settings.message_broker.as_str(), "kafka");
/// assert_eq!(settings.layer("kafka_linger_ms"), Some(Layer::DotEnv));
/// # Ok::<(), messaging::settings::SettingsError>(())
/// ```
#[derive(Clone, Default)]
pub struct Sources {
    pub(super) entries: Vec<Entry>,
    pub(super) overrides: Vec<WorkerOverride>,
    pub(super) sections: Vec<(String, Tree)>,
    pub(super) variables: Vec<Variable>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
    pub(super) kafka_token: Option<TokenSource>,
}

impl Sources {
    /// What [`configure`](crate::configure) and [`configure_kafka_token`](crate::configure_kafka_token) were given, the
    /// environment of this process, `.env` in the working directory, and the settings file: the one that
    /// `MESSAGING_CONFIG` names, else `messaging.toml` or `core.toml` in the working directory if there is one.
    pub fn from_process() -> Self {
        let (values, kafka_token) = process::read();
        let sources = Self::from_environment(std::env::vars_os(), Path::new(""));
        Sources {
            kafka_token,
            ..sources.values(&Origin::Process, values)
        }
    }

    /// The same for a given environment and working directory, without what code says.
    pub(super) fn from_environment(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        directory: &Path,
    ) -> Self {
        found::find(variables.into_iter().collect(), directory)
    }

    /// What `App::configure` was given.
    #[must_use]
    pub fn code<K: Into<String>, V: Into<SettingValue>>(
        self,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.values(&Origin::Code, values)
    }

    /// What `App::kafka_token` was given.
    #[must_use]
    pub fn kafka_token<E, F, Fut>(mut self, ask: F) -> Self
    where
        E: Into<BoxError>,
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Token, E>> + Send + 'static,
    {
        self.kafka_token = Some(TokenSource::new(ask));
        self
    }

    /// What `App::defaults` was given.
    #[must_use]
    pub fn app_defaults<K: Into<String>, V: Into<SettingValue>>(
        self,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.values(&Origin::AppDefaults, values)
    }

    /// Environment variables; an empty one counts as unset. Those that are no setting's are left alone; those that look
    /// as if they were meant to be one's are warned of.
    #[must_use]
    pub fn environment<N: AsRef<OsStr>, V: Into<OsString>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        for (name, value) in variables {
            // A name that is no text is none of ours.
            if let Some(name) = name.as_ref().to_str() {
                self.variable(name, Origin::Environment(name.to_owned()), value.into());
            }
        }
        self
    }

    /// Without what operators say of this key of single workers.
    #[cfg(feature = "cli")]
    pub(crate) fn without_overrides(mut self, key: &str) -> Self {
        self.overrides.retain(|said| said.key() != key);
        self
    }

    /// The text of `.env`.
    #[must_use]
    pub fn dot_env(mut self, text: &str) -> Self {
        for line in dotenv::read(text) {
            match line {
                Ok(dotenv::Line { name, value, number }) => {
                    let origin = Origin::DotEnv {
                        name: name.clone(),
                        line: number,
                    };
                    self.variable(&name, origin, value.into());
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        self
    }

    /// The text of a settings file; the path is only for messages.
    #[must_use]
    pub fn file(mut self, path: &str, text: &str) -> Self {
        let contents = file::read(path, text);
        self.entries
            .extend(contents.entries.into_iter().map(Entry::in_our_words));
        self.overrides.extend(contents.overrides);
        self.sections.extend(contents.sections);
        self.problems.extend(contents.problems);
        self
    }

    pub(super) fn values<K: Into<String>, V: Into<SettingValue>>(
        mut self,
        origin: &Origin,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let entry = |(key, value): (K, V)| Entry {
            key: key.into(),
            origin: origin.clone(),
            value: value.into(),
        };
        let entries = values.into_iter().map(entry).map(Entry::in_our_words);
        self.entries.extend(entries);
        self
    }

    /// A variable of the environment or of `.env`.
    fn variable(&mut self, name: &str, origin: Origin, value: OsString) {
        let key = environment::key_of(name).map(|key| key.name);
        match (value.into_string(), key) {
            (Ok(text), _) if text.trim().is_empty() => {}
            (Ok(text), Some(key)) => self.of_key(key, origin, text),
            (Ok(text), None) => self.of_no_key(name, origin, text),
            (Err(_), Some(key)) => {
                self.problems
                    .push(Problem::of_key(key, origin, "found bytes that are not UTF-8"))
            }
            (Err(_), None) => {}
        }
    }

    fn of_key(&mut self, key: &'static str, origin: Origin, text: String) {
        let value = SettingValue::Text(text);
        let twin = |entry: &&Entry| {
            entry.key == key && entry.origin.layer() == origin.layer() && entry.value != value
        };
        if let Some(other) = self.entries.iter().find(twin)
            && other.origin.variable() != origin.variable()
        {
            let what = format!("has another value in {}; remove one of both", other.origin);
            self.problems.push(Problem::of_key(key, origin.clone(), what));
        }
        let entry = Entry {
            key: key.to_owned(),
            origin,
            value,
        };
        self.entries.push(entry.in_our_words());
    }

    fn of_no_key(&mut self, name: &str, origin: Origin, text: String) {
        if let Some(rest) = name.strip_prefix(PREFIX) {
            match WorkerOverride::in_variable(rest, &text, origin.clone()) {
                Some(said) => self.overrides.push(said),
                None => self.problems.push(Problem::of_file(
                    origin,
                    "names no key of a worker; write WORKER__<NAME>__<KEY> in capitals, for example WORKER__CHARGE__MAX_RETRIES",
                )),
            }
            return;
        }
        if let Some(meant) = environment::meant(name) {
            self.warnings
                .push(format!("{origin} is no setting; {meant} is, if that was meant"));
        }
        if name.contains("__") {
            self.variables.push(Variable {
                name: name.to_owned(),
                value: text,
                origin,
            });
        }
    }
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
