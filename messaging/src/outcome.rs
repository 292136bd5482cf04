//! What a handler's answer means: outputs to publish, or a failure with a verdict.
//!
//! | file | what it holds |
//! |---|---|
//! | `answer` | what a handler may return, and how it becomes outputs |
//! | `error` | how an error decides what happens to its record |

use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;

use crate::BoxError;
use crate::caught::caught;
use crate::headers::dlq;
use crate::message::Headers;

mod answer;
mod error;

pub use answer::{Classify, IntoOutcome, IntoOutcomes, Never, Nothing, Outbox};
pub(crate) use answer::{for_each_record, outcome_of};
pub use error::HandlerError;
pub(crate) use error::judge;

/// What the handler decided about one record.
#[derive(Debug)]
pub enum Outcome {
    /// It succeeded; these are to be published, and the record is done when the broker has acknowledged them.
    Done(Outputs),
    /// It failed.
    Failed(Failure),
    /// It is an event of this name, for which its consumer has no handler: it is counted, and done.
    Unknown(Box<str>),
}

/// The outputs of one record: mostly none or one.
pub type Outputs = Vec<Outgoing>;

/// A message in bytes, on its way to the broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The topic, when the message itself names one.
    pub topic: Option<String>,
    /// The key; `None` is null.
    pub key: Option<Bytes>,
    /// Whether the key was chosen by the message, so that it must not be replaced by the input's.
    pub keyed: bool,
    /// The value; `None` is a tombstone.
    pub value: Option<Bytes>,
    /// The headers.
    pub headers: Headers,
}

impl Outgoing {
    /// The bytes it takes.
    pub fn size(&self) -> usize {
        let headers: usize = self
            .headers
            .iter()
            .map(|(n, v)| n.len() + v.map_or(0, <[u8]>::len))
            .sum();
        self.key.as_ref().map_or(0, Bytes::len) + self.value.as_ref().map_or(0, Bytes::len) + headers
    }
}

/// A failed record: why, and what is to happen.
#[derive(Debug)]
pub struct Failure {
    /// What is to happen.
    pub verdict: Verdict,
    /// What kind of failure it was.
    pub reason: Reason,
    /// The error itself.
    pub error: BoxError,
}

/// What is to happen to a record whose handler returned an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Try again after the worker's delay, as long as tries are left.
    Retry,
    /// Try again after this long, as long as tries are left; it counts as a retry.
    RetryAfter(Duration),
    /// Give it up now, without another try.
    Reject,
    /// Call it done: publish nothing, dead-letter nothing.
    Skip,
}

/// Why a record was given up; the value of the header `messaging.dlq.reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The record or something an extractor wanted could not be read.
    Decode,
    /// The handler rejected it.
    Rejected,
    /// The handler returned an error. It is what an observer hears of one try; a record that is given up after it is
    /// `Exhausted`.
    Error,
    /// The handler failed, and no tries were left.
    Exhausted,
    /// The last try took longer than the worker's `timeout`.
    Timeout,
    /// The last try panicked.
    Panic,
    /// What the handler returned could not be published.
    Output,
}

impl Reason {
    /// All of them.
    #[cfg(feature = "cli")]
    pub(crate) const ALL: [Reason; 6] = [
        Reason::Decode,
        Reason::Rejected,
        Reason::Exhausted,
        Reason::Timeout,
        Reason::Panic,
        Reason::Output,
    ];

    /// The word in the header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::Decode => "decode",
            Reason::Rejected => "rejected",
            Reason::Error => "error",
            Reason::Exhausted => "exhausted",
            Reason::Timeout => "timeout",
            Reason::Panic => "panic",
            Reason::Output => "output",
        }
    }

    /// The same of one try, at which nobody knows yet whether tries are left.
    pub(crate) const fn of_one_try(self) -> Reason {
        match self {
            Reason::Exhausted => Reason::Error,
            reason => reason,
        }
    }
}

impl Failure {
    /// A record, or something an extractor wanted, that cannot be read: never retried.
    pub fn decode(error: impl Into<BoxError>) -> Failure {
        Failure {
            verdict: Verdict::Reject,
            reason: Reason::Decode,
            error: error.into(),
        }
    }

    /// An answer that cannot be published: never retried.
    pub fn output(error: impl Into<BoxError>) -> Failure {
        Failure {
            verdict: Verdict::Reject,
            reason: Reason::Output,
            error: error.into(),
        }
    }

    /// A panic with this text.
    pub(crate) fn panicked(text: &str) -> Failure {
        Failure {
            verdict: Verdict::Retry,
            reason: Reason::Panic,
            error: format!("the handler panicked: {text}").into(),
        }
    }

    /// A handler's error, with what is to happen said by `verdict`.
    pub fn returned(verdict: Verdict, error: BoxError) -> Failure {
        let reason = if verdict == Verdict::Reject {
            Reason::Rejected
        } else {
            Reason::Exhausted
        };
        Failure {
            verdict,
            reason,
            error,
        }
    }
}

/// An error and its causes on one line.
pub(crate) fn describe(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some errors print their source themselves; saying it twice helps nobody.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// An error of a record as the log, its dead letter and the end of the program tell it, cut at the edge of a character:
/// one that quotes what a server answered may be of any length, and it is told for every try.
pub(crate) fn in_brief(error: &(dyn StdError + 'static)) -> String {
    let mut text = describe(error);
    text.truncate(text.floor_char_boundary(dlq::ERROR_LIMIT));
    text
}

/// A user's error as [`in_brief`] tells it. Its `Display`, its `source` and its destructor are the user's, too.
pub(crate) fn in_words(error: BoxError) -> String {
    let text = caught(|| in_brief(error.as_ref()));
    // Apart, for a destructor that panics while another panic unwinds would abort the program.
    let _ = caught(|| drop(error));
    text.unwrap_or_else(|panic| format!("an error that cannot be shown, its Display panicked: {panic}"))
}

#[cfg(test)]
mod tests;
