//! Tokens for `kafka_sasl_mechanism = "OAUTHBEARER"`.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::secret::Secret;
use crate::BoxError;

/// A token with which clients prove to Kafka who they are, as an authorization server gives it: for
/// [`App::kafka_token`](crate::App::kafka_token). `Debug` hides it.
///
/// ```
/// use std::time::Duration;
/// use messaging::settings::Token;
///
/// let token = Token::new("eyJhbGciOi…", Duration::from_secs(3600))
///     .principal("orders-service")
///     .extension("logicalCluster", "lkc-1");
/// assert!(!format!("{token:?}").contains("eyJ"));
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "kafka"), expect(dead_code, reason = "only Kafka takes it"))]
pub struct Token {
    pub(crate) value: Secret,
    pub(crate) valid_for: Duration,
    pub(crate) principal: String,
    pub(crate) extensions: Vec<(String, String)>,
}

impl Token {
    /// A token and for how long it is valid from now on: `expires_in` of the server's answer. Another one is asked for
    /// when four fifths of that are over.
    pub fn new(value: impl Into<String>, valid_for: Duration) -> Token {
        Token {
            value: Secret::from(value.into()),
            valid_for,
            principal: String::new(),
            extensions: Vec::new(),
        }
    }

    /// Whom it stands for, for the client's own log; empty unless it is said. The broker reads it in the token.
    #[must_use]
    pub fn principal(mut self, name: impl Into<String>) -> Token {
        self.principal = name.into();
        self
    }

    /// A SASL extension (RFC 7628), sent with the token; some brokers ask for one. Its name is of letters only.
    #[must_use]
    pub fn extension(mut self, name: impl Into<String>, value: impl Into<String>) -> Token {
        self.extensions.push((name.into(), value.into()));
        self
    }
}

type Ask = dyn Fn() -> BoxFuture<'static, Result<Token, BoxError>> + Send + Sync;

/// The program's own function that gives tokens.
#[derive(Clone)]
pub(crate) struct TokenSource(Arc<Ask>);

impl TokenSource {
    pub(crate) fn new<E, F, Fut>(ask: F) -> TokenSource
    where
        E: Into<BoxError>,
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Token, E>> + Send + 'static,
    {
        TokenSource(Arc::new(move || {
            let asked = ask();
            Box::pin(async move { asked.await.map_err(Into::into) })
        }))
    }

    #[cfg_attr(not(feature = "kafka"), expect(dead_code, reason = "only Kafka asks"))]
    pub(crate) fn ask(&self) -> BoxFuture<'static, Result<Token, BoxError>> {
        (self.0)()
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSource")
    }
}
