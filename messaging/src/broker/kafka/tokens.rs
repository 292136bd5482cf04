//! Tokens for the clients of one configuration: asked for in time, given to each of them.
//!
//! librdkafka asks for a token by an event of the client, which reaches only who polls it: not those that look at
//! topics and groups. So nobody waits to be asked; a thread gives all clients a new token before the old one is over.

use std::fmt;
use std::future::Future;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::error::code;
use super::member::lock;
use super::now;
use crate::BoxError;
use crate::broker::BrokerError;
use crate::settings::{Token, TokenSource};

mod asking;
mod bearer;
#[cfg(test)]
mod tests;

use asking::Asking;
use bearer::Bearer;

/// How soon the function is called again after its first failure; each further one doubles it.
const SOONEST: Duration = Duration::from_secs(1);

/// The longest wait between two failures.
const LATEST: Duration = Duration::from_secs(30);

/// For how long after a late token the broker's answers may still be about the one before it.
const GRACE: Duration = Duration::from_secs(10);

/// What is valid for longer is asked for again all the same: librdkafka counts no further than 300,000 years.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// What gives tokens to all clients of a [`KafkaConfig`](super::KafkaConfig); its clones share them.
#[derive(Clone)]
pub struct Tokens(Arc<Keeper>);

struct Keeper {
    source: TokenSource,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    bearers: Vec<Weak<dyn Bearer>>,
    last: Option<Dated>,
    /// Why there is no newer one.
    failure: Option<String>,
    /// When a token came that was late.
    late: Option<Instant>,
    /// Of the thread, while it runs: it ends when this is dropped.
    thread: Option<Sender<()>>,
}

impl Held {
    fn is_valid(&self) -> bool {
        self.last.as_ref().is_some_and(|last| last.until > today())
    }

    fn is_late(&self) -> bool {
        self.failure.is_some() || !self.is_valid()
    }

    fn take(&mut self, next: Dated) {
        if self.is_late() {
            self.late = Some(now());
        }
        self.last = Some(next);
        self.failure = None;
    }
}

struct Dated {
    token: Arc<Token>,
    until: SystemTime,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// Tokens that this function gives; [`App::kafka_token`](crate::App::kafka_token) says when it is called.
    pub fn new<E, F, Fut>(ask: F) -> Tokens
    where
        E: Into<BoxError>,
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Token, E>> + Send + 'static,
    {
        Tokens::of(TokenSource::new(ask))
    }

    pub(super) fn of(source: TokenSource) -> Tokens {
        let held = Mutex::default();
        Tokens(Arc::new(Keeper { source, held }))
    }

    /// Gives a client tokens for as long as it lives. Its first one may come later: until then it does not connect.
    pub(super) fn keep(
        tokens: Option<&Tokens>,
        client: &Arc<impl Bearer + 'static>,
    ) -> Result<(), BrokerError> {
        let Some(Tokens(keeper)) = tokens else {
            return Ok(());
        };
        let mut held = lock(&keeper.held);
        if let Some(last) = held.last.as_ref().filter(|last| last.until > today()) {
            // The others have taken it.
            let _ = last.give(&**client);
        }
        held.bearers.push(Arc::downgrade(client) as Weak<dyn Bearer>);
        if held.thread.is_none() {
            let (thread, ended) = mpsc::channel();
            let (keeper, asking) = (Arc::downgrade(keeper), Asking::new(keeper.source.clone()));
            super::spawn("kafka-token", move || keep_all(&keeper, asking, &ended))?;
            held.thread = Some(thread);
        }
        Ok(())
    }

    /// Why there is no token, or only one whose time is over; `None` while there is one.
    pub(super) fn lack(&self) -> Option<String> {
        let held = lock(&self.0.held);
        if held.is_valid() {
            return None;
        }
        let failure = held.failure.clone();
        Some(failure.unwrap_or_else(|| "the function that gives tokens has not answered yet".to_owned()))
    }

    /// Whether the next token may mend this error: the broker refuses us, and another token is due that has not come,
    /// or has come just now. It refuses the old one before that is over, for its sessions become too short then.
    pub(super) fn may_mend(tokens: Option<&Tokens>, error: &KafkaError) -> bool {
        let is_old = |tokens: &Tokens| {
            let held = lock(&tokens.0.held);
            held.is_late() || held.late.is_some_and(|at| at.elapsed() < GRACE)
        };
        code(error) == Some(RDKafkaErrorCode::Authentication) && tokens.is_some_and(is_old)
    }
}

/// Asks and gives until there is no client any more.
fn keep_all(keeper: &Weak<Keeper>, mut asking: Asking, ended: &Receiver<()>) {
    let mut wait = SOONEST;
    while let Some(kept) = keeper.upgrade().filter(|keeper| keeper.goes_on()) {
        let taken = asking.ask().and_then(|token| kept.give(token));
        let pause = match &taken {
            Ok(valid_for) => (*valid_for / 5 * 4).max(SOONEST),
            Err(error) => kept.failed(&**error, wait),
        };
        wait = if taken.is_ok() {
            SOONEST
        } else {
            (wait * 2).min(LATEST)
        };
        // Whoever has the clients may end meanwhile.
        drop(kept);
        let _ = ended.recv_timeout(pause);
    }
}

impl Keeper {
    /// Whether a client is left; when not, the next one starts another thread.
    fn goes_on(&self) -> bool {
        let mut held = lock(&self.held);
        held.bearers.retain(|bearer| bearer.strong_count() > 0);
        let any = !held.bearers.is_empty();
        if !any {
            held.thread = None;
        }
        any
    }

    /// Gives all clients the token, and says how long it is valid.
    fn give(&self, token: Token) -> Result<Duration, BoxError> {
        let valid_for = token.valid_for.min(LONGEST);
        let next = Dated {
            until: today() + valid_for,
            token: Arc::new(token),
        };
        // Locked until all have it: a client that comes meanwhile gets it afterwards.
        let mut held = lock(&self.held);
        let bearers: Vec<Arc<dyn Bearer>> = held.bearers.iter().filter_map(Weak::upgrade).collect();
        let taken = bearers.iter().try_for_each(|bearer| next.give(&**bearer));
        if taken.is_ok() {
            held.take(next);
        }
        drop(held);
        // One of these may be the last to hold its client, whose end may take long.
        super::end(bearers);
        taken.map(|()| valid_for).map_err(Into::into)
    }

    /// Tells it, and when the function is called again.
    fn failed(&self, error: &(dyn std::error::Error + 'static), wait: Duration) -> Duration {
        let error = crate::outcome::describe(error);
        tracing::warn!(%error, next_in = ?wait,
            "the function given to kafka_token gave no token that can be used; it is called again, and connections that need one wait");
        lock(&self.held).failure = Some(format!("the function that gives tokens failed: {error}"));
        wait
    }
}

impl Dated {
    fn give(&self, bearer: &dyn Bearer) -> Result<(), String> {
        let since = self.until.duration_since(UNIX_EPOCH).unwrap_or_default();
        let until = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        let taken = bearer.bear(&self.token, until);
        taken.map_err(|why| format!("librdkafka does not take the token: {why}"))
    }
}

/// Tokens end by the calendar.
#[allow(clippy::disallowed_methods, reason = "a token's time is real")]
fn today() -> SystemTime {
    SystemTime::now()
}
