//! What code says for all Apps of the process.

use std::future::Future;

use super::token::{Token, TokenSource};
use super::value::SettingValue;
use crate::BoxError;
use crate::error::{Kind, Result};
use crate::lock::Lock;

static PROCESS: Lock<Process> = Lock::new(Process {
    values: Vec::new(),
    kafka_token: None,
    was_read: false,
});

struct Process {
    values: Vec<(String, SettingValue)>,
    kafka_token: Option<TokenSource>,
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
    change(|process| process.values.extend(settings))
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

/// A function that gives tokens, for `kafka_sasl_mechanism = "OAUTHBEARER"`, for all of the process: also for a
/// [`publish`](crate::publish) and a [`create_consumer`](crate::create_consumer) without an App. One given with
/// [`App::kafka_token`](crate::App::kafka_token), which says when it is called, stands above it. Of several calls the
/// last counts.
///
/// ```
/// use std::time::Duration;
/// use messaging::settings::Token;
///
/// messaging::configure_kafka_token(|| async {
///     // Here the authorization server is asked.
///     Ok::<_, std::io::Error>(Token::new("eyJhbGciOi…", Duration::from_secs(3600)))
/// })?;
/// # Ok::<(), messaging::Error>(())
/// ```
///
/// # Errors
/// As [`configure`].
pub fn configure_kafka_token<E, F, Fut>(ask: F) -> Result<()>
where
    E: Into<BoxError>,
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = std::result::Result<Token, E>> + Send + 'static,
{
    change(|process| process.kafka_token = Some(TokenSource::new(ask)))
}

/// Refused once somebody has read.
fn change(how: impl FnOnce(&mut Process)) -> Result<()> {
    let mut process = PROCESS.lock();
    if process.was_read {
        return Err(Kind::ConfiguredLate.into());
    }
    how(&mut process);
    Ok(())
}

/// What was said; from now on nothing more may be.
pub(super) fn read() -> (Vec<(String, SettingValue)>, Option<TokenSource>) {
    let mut process = PROCESS.lock();
    process.was_read = true;
    (process.values.clone(), process.kafka_token.clone())
}
