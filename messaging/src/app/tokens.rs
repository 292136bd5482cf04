//! Tokens for the Kafka of an App.

use std::future::Future;

use super::App;
use crate::BoxError;
use crate::settings::Token;

impl App {
    /// A function that gives tokens, for `kafka_sasl_mechanism = "OAUTHBEARER"`: workers, producers and commands of
    /// this App prove to Kafka by them who they are. That mechanism needs the feature `kafka-tls`, and without a
    /// function nothing starts; with another one, or another broker, the function is not called.
    ///
    /// It is called when the first client is made, and again when four fifths of a token's time are over; all clients
    /// share the token. It runs on a runtime of tokio of its own, for 30 s at most. When it fails, panics or does not
    /// answer, this is logged and it is called again, after 1 s at first and 30 s at last; meanwhile clients keep the
    /// token they have, and those without a valid one wait for it.
    ///
    /// ```no_run
    /// # async fn ask_the_server() -> std::io::Result<(String, u64)> { unimplemented!() }
    /// # async fn run() -> messaging::Result<()> {
    /// use std::time::Duration;
    /// use messaging::App;
    /// use messaging::settings::Token;
    ///
    /// App::new()
    ///     .kafka_token(|| async {
    ///         let (token, expires_in) = ask_the_server().await?;
    ///         Ok::<_, std::io::Error>(Token::new(token, Duration::from_secs(expires_in)))
    ///     })
    ///     .run()
    ///     .await
    /// # }
    /// ```
    pub fn kafka_token<E, F, Fut>(mut self, ask: F) -> App
    where
        E: Into<BoxError>,
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Token, E>> + Send + 'static,
    {
        self.sources = self.sources.kafka_token(ask);
        self
    }
}
