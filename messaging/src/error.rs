//! The crate's error: small and opaque, told apart by predicates.

use std::fmt;
use std::process::ExitCode;

use crate::broker::BrokerError;
use crate::check::Problems;
use crate::name::NameError;
use crate::payload::EncodeError;
use crate::producer::BatchError;
use crate::settings::SettingsError;

/// What went wrong, with the next step where it is known. The cause is in `source()`.
pub struct Error(Box<Kind>);

/// `Result` with the crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the settings have problems")]
    Settings(#[source] SettingsError),
    #[error("the program does not fit together")]
    Check(#[source] Problems),
    #[error("the message for topic \"{topic}\" was not written")]
    Publish { topic: String, source: BrokerError },
    #[error("the message for topic \"{topic}\" could not be encoded")]
    Encode { topic: String, source: EncodeError },
    #[error("the topic's name is not allowed")]
    Name(#[source] NameError),
    #[error(transparent)]
    Batch(BatchError),
    #[error(
        "the producer was closed by `close`, `stop_all_producers` or `shutdown`; publish before that, or connect another"
    )]
    Closed,
    #[error(
        "{messages} messages were not acknowledged within shutdown_timeout_ms ({within:?}); they may be lost"
    )]
    Unsent {
        messages: usize,
        within: std::time::Duration,
    },
    #[error(
        "{0} messages that nobody waited for were not written; the log says why of each, and so does the callback of `Producer::on_failure`"
    )]
    Lost(u64),
    #[error("the topic \"{topic}\" has {found} of {wanted} records after 10 s; meanwhile:{meanwhile}")]
    NotWritten {
        topic: String,
        found: usize,
        wanted: usize,
        /// Lines, each with its break before it.
        meanwhile: String,
    },
    #[error("{what}")]
    Broker { what: String, source: BrokerError },
    #[error("`{what}` could not be made")]
    Provide {
        what: &'static str,
        source: crate::BoxError,
    },
    #[error("worker \"{worker}\" stopped at {topic}[{partition}]@{offset}: {reason}")]
    Stopped {
        worker: String,
        topic: String,
        partition: i32,
        offset: i64,
        reason: &'static str,
        source: crate::BoxError,
    },
    #[error(
        "nothing is registered: annotate a function with #[worker], write `messaging::anchor!(the_crate);` for handlers of a crate that is not named otherwise, or call `App::worker`"
    )]
    NothingRegistered,
    #[error(
        "kafka is switched off by kafka_enabled = false; set it to true, or message_broker to another broker"
    )]
    Disabled,
    #[error(
        "the App of this process has ended, and publishing outside of its handlers with it; publish before it is joined or dropped, or start another"
    )]
    Ended,
    #[error(
        "no App runs yet, and nobody could read a memory broker without one; start the App first, or set message_broker to another broker"
    )]
    NotStarted,
    #[error(
        "the settings of this process have been read already, so it is too late to configure them; call `messaging::configure` before the first App is made and the first message is sent"
    )]
    ConfiguredLate,
    #[error("{0}")]
    Usage(String),
    #[error(
        "work was not finished within shutdown_timeout_ms ({0:?}); it is handled again at the next start"
    )]
    Unfinished(std::time::Duration),
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Error {
        Error(Box::new(kind))
    }

    /// Settings with problems, of which the source lists all; or settings that come too late.
    pub fn is_settings(&self) -> bool {
        matches!(*self.0, Kind::Settings(_) | Kind::ConfiguredLate)
    }

    /// Handlers, topics and state that do not fit together; the source lists all problems.
    pub fn is_check(&self) -> bool {
        matches!(*self.0, Kind::Check(_))
    }

    /// A message that was not acknowledged in time and will not be sent again.
    pub fn is_timeout(&self) -> bool {
        matches!(
            *self.0,
            Kind::Publish {
                source: BrokerError::TimedOut { .. },
                ..
            }
        )
    }

    /// A broker that does not answer.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            *self.0,
            Kind::Publish {
                source: BrokerError::Unreachable { .. },
                ..
            } | Kind::Broker {
                source: BrokerError::Unreachable { .. },
                ..
            }
        )
    }

    /// A topic that does not exist.
    pub fn is_unknown_topic(&self) -> bool {
        matches!(
            *self.0,
            Kind::Publish {
                source: BrokerError::UnknownTopic { .. },
                ..
            } | Kind::Broker {
                source: BrokerError::UnknownTopic { .. },
                ..
            }
        )
    }

    /// Messaging is switched off by a setting.
    pub fn is_disabled(&self) -> bool {
        matches!(*self.0, Kind::Disabled)
    }

    /// A producer that was closed takes no more messages.
    pub fn is_closed(&self) -> bool {
        matches!(*self.0, Kind::Closed)
    }

    /// Messages that nobody waits for and that are not written, when a producer was closed, or the process shut down:
    /// those that were still not acknowledged, or those that had failed.
    pub fn is_unsent(&self) -> bool {
        matches!(*self.0, Kind::Unsent { .. } | Kind::Lost(_))
    }

    /// Which messages of [`Producer::send_batch`](crate::Producer::send_batch) or
    /// [`Producer::send_batch_fire_and_forget`](crate::Producer::send_batch_fire_and_forget) failed, by their index in
    /// the batch, and why; of any other error none.
    pub fn failed_messages(&self) -> &[(usize, Error)] {
        match &*self.0 {
            Kind::Batch(batch) => batch.failed(),
            _ => &[],
        }
    }

    /// How many messages of [`Producer::send_batch`](crate::Producer::send_batch) were written all the same, or of
    /// [`Producer::send_batch_fire_and_forget`](crate::Producer::send_batch_fire_and_forget) queued. 0 for any other
    /// error: one that concerns the whole batch, such as a producer that was closed, is told before the first message.
    pub fn sent_messages(&self) -> usize {
        match &*self.0 {
            Kind::Batch(batch) => batch.sent(),
            _ => 0,
        }
    }

    /// A worker with `on_exhausted = "stop"` gave a record up.
    pub fn is_stopped(&self) -> bool {
        matches!(*self.0, Kind::Stopped { .. })
    }

    /// Work that was cut off because it did not finish within `shutdown_timeout_ms`; it is handled again.
    pub fn is_unfinished(&self) -> bool {
        matches!(*self.0, Kind::Unfinished(_))
    }

    /// The code 1, after printing the error with all its causes to standard error, as a returned error is printed. For
    /// `main` functions that return an [`ExitCode`].
    pub fn exit(self) -> ExitCode {
        eprintln!("Error: {self:?}");
        ExitCode::FAILURE
    }

    /// The error with all its causes, for people.
    pub fn report(&self) -> String {
        crate::outcome::describe(self)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What `main` prints when it returns an error: the error with all its causes.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Error {
        Error::new(kind)
    }
}

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Error {
        Error::new(Kind::Settings(error))
    }
}
