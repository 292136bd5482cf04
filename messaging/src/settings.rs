//! The operator's input, from every place that may give some.
//!
//! A value is taken from the strongest of these layers that has one: [`App::configure`](crate::App::configure),
//! [`configure`], the environment (the key in capitals; `KAFKA__X` is read as `KAFKA_X`), `.env`, `messaging.toml` or
//! `core.toml` (section `[messaging]`), [`App::defaults`](crate::App::defaults), the default of the key. `.env` never
//! changes the environment of the process; a `$` in it stands for another variable unless the value is in `'…'`.
//!
//! Each value knows where it came from; secrets are never shown; whatever is wrong is reported all at once.
//!
//! Every layer is judged, also where a stronger one hides it: a file that is wrong today would otherwise come to
//! light on the day somebody takes a variable away. A table such as `kafka_extra` counts as one value.
//!
//! A program's own settings are read by the same layers from a section of their own: [`Settings::section`]. An operator
//! changes a single worker by `[messaging.workers.<name>]` or `WORKER__<NAME>__<KEY>`.

mod choice;
mod compat;
mod describe;
mod dotenv;
mod environment;
mod error;
mod extra;
mod file;
mod keys;
mod layer;
mod load;
mod origin;
mod overrides;
mod process;
mod rules;
mod secret;
mod section;
mod servers;
mod setting;
mod sources;
#[cfg(test)]
mod tests;
mod token;
mod url;
mod value;

use std::collections::BTreeMap;
use std::future::Future;
use std::ops::Deref;

use crate::BoxError;

pub use choice::{
    CompressionType, GroupProtocol, KafkaBackend, MessageBroker, OffsetReset, SaslMechanism, SecurityProtocol,
};
pub(crate) use choice::{choose, words};
pub use describe::Described;
pub use error::{Problem, SettingsError};
pub use extra::KafkaExtra;
#[cfg(all(test, feature = "kafka"))]
pub(crate) use extra::{TUNED, is_owned, setting_of};
pub(crate) use keys::Given;
pub use keys::Values;
pub use layer::{Layer, Resolved, WorkerLayer};
pub use origin::Origin;
pub use overrides::{WorkerOverride, variable_name};
pub use process::{configure, configure_kafka_token, configure_messaging};
pub use secret::Secret;
pub use servers::Servers;
pub(crate) use setting::{Limits, Refusal, Setting};
pub use sources::Sources;
pub use token::Token;
pub(crate) use token::TokenSource;
pub use url::{RabbitmqUrl, RedisUrl, RegistryUrl};
pub use value::SettingValue;

/// All settings of one `App`. They are read as fields, `settings.kafka_linger_ms`, through [`Values`]; nothing
/// changes them, and so each value stays the one whose place is known.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    values: Values,
    /// Of the keys that have a value from outside; the others are at their default.
    origins: BTreeMap<&'static str, Origin>,
    overrides: Vec<WorkerOverride>,
    warnings: Vec<String>,
    /// What gives tokens: a function, so that no layer but code has one.
    kafka_token: Option<TokenSource>,
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

    /// What is said of single workers, by `[messaging.workers.<name>]` and `WORKER__<NAME>__<KEY>`, in all layers.
    pub fn worker_overrides(&self) -> &[WorkerOverride] {
        &self.overrides
    }

    /// What counts of it for one worker: for each key the value of the strongest layer.
    pub fn overrides_of(&self, worker: &str) -> Vec<&WorkerOverride> {
        overrides::strongest(&self.overrides, worker)
    }

    /// What looks like a mistake and may be right: variables with names that are nearly those of settings.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The same settings with a function that gives tokens, for `kafka_sasl_mechanism = "OAUTHBEARER"` of what is
    /// connected by hand; [`App::kafka_token`](crate::App::kafka_token) says when it is called.
    ///
    /// ```no_run
    /// # async fn run() -> messaging::Result<()> {
    /// use std::time::Duration;
    /// use messaging::Producer;
    /// use messaging::settings::{Settings, Sources, Token};
    ///
    /// async fn token() -> std::io::Result<Token> {
    ///     let text = std::fs::read_to_string("/var/run/secrets/token")?;
    ///     Ok(Token::new(text.trim(), Duration::from_secs(600)))
    /// }
    ///
    /// let settings = Settings::load(&Sources::from_process())?.kafka_token(token);
    /// let producer = Producer::connect(&settings).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn kafka_token<E, F, Fut>(mut self, ask: F) -> Settings
    where
        E: Into<BoxError>,
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Token, E>> + Send + 'static,
    {
        self.kafka_token = Some(TokenSource::new(ask));
        self
    }

    /// What gives tokens.
    #[cfg_attr(not(feature = "kafka"), expect(dead_code, reason = "only Kafka asks"))]
    pub(crate) fn token_source(&self) -> Option<&TokenSource> {
        self.kafka_token.as_ref()
    }

    /// Where a setting was written, to be put behind its value: a line of the file, a variable, code.
    pub(crate) fn place_of(&self, key: &str) -> String {
        let origin = self.origin(key);
        origin.map_or_else(String::new, |origin| format!(" ({origin})"))
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
