//! What a handler's answer means: outputs to publish, or a failure with a verdict.

use std::any::Any;
use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use smallvec::SmallVec;

use crate::BoxError;
use crate::message::{Headers, Message};
use crate::payload::{EncodeError, Payload};
use crate::spec::KeyOf;

/// What the handler decided about one record.
#[derive(Debug)]
pub enum Outcome {
    /// It succeeded; these are to be published, and the record is done when the broker has acknowledged them.
    Done(Outputs),
    /// It failed.
    Failed(Failure),
}

/// The outputs of one record: mostly none or one.
pub type Outputs = SmallVec<[Outgoing; 1]>;

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
    /// The word in the header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::Decode => "decode",
            Reason::Rejected => "rejected",
            Reason::Exhausted => "exhausted",
            Reason::Timeout => "timeout",
            Reason::Panic => "panic",
            Reason::Output => "output",
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

/// An error by which a handler says what is to happen to its record. Any error may carry it as a source:
///
/// ```
/// # use std::time::Duration;
/// use messaging::HandlerError;
///
/// fn charge(amount: i64) -> Result<(), HandlerError> {
///     if amount < 0 {
///         return Err(HandlerError::reject("the amount is negative"));
///     }
///     Err(HandlerError::retry_after(Duration::from_secs(30)))
/// }
/// # let _ = charge(1);
/// ```
///
/// `#[error(transparent)]` hides it, because such an error reports the source of its source; use `classify` there.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct HandlerError {
    why: String,
    verdict: Verdict,
}

impl HandlerError {
    /// Try again after `delay` instead of the worker's; it counts as a retry.
    pub fn retry_after(delay: Duration) -> HandlerError {
        HandlerError {
            why: format!("try again in {delay:?}"),
            verdict: Verdict::RetryAfter(delay),
        }
    }

    /// Give the record up now; by `on_exhausted` it goes to the dead letter topic.
    pub fn reject(why: impl Into<String>) -> HandlerError {
        HandlerError {
            why: why.into(),
            verdict: Verdict::Reject,
        }
    }

    /// Call the record done; it is logged at info and never dead-lettered.
    pub fn skip(why: impl Into<String>) -> HandlerError {
        HandlerError {
            why: why.into(),
            verdict: Verdict::Skip,
        }
    }

    /// What is to happen.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }
}

/// What an answer's encoding goes into.
#[derive(Debug, Default)]
pub struct Outbox {
    outputs: Outputs,
    key_of: Option<KeyOf>,
}

impl Outbox {
    /// Keys are made by `key_of` for payloads that bring none.
    pub(crate) fn new(key_of: Option<KeyOf>) -> Outbox {
        Outbox {
            outputs: Outputs::new(),
            key_of,
        }
    }

    /// Adds a payload in the first format of its type.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push<T: Payload>(&mut self, payload: &T) -> Result<(), EncodeError> {
        let key = self.key_of.and_then(|key_of| key_of(payload));
        let keyed = self.key_of.is_some();
        self.outputs.push(Outgoing {
            key,
            keyed,
            value: Some(encoded(payload)?),
            ..Outgoing::default()
        });
        Ok(())
    }

    /// Adds a message with its own key, headers and topic.
    ///
    /// # Errors
    /// When its payload cannot be written.
    pub fn push_message<T: Payload>(&mut self, message: Message<T>) -> Result<(), EncodeError> {
        let value = message.payload.as_ref().map(encoded).transpose()?;
        let Message {
            topic,
            key,
            headers,
            payload,
        } = message;
        let by_type = || {
            self.key_of
                .zip(payload.as_ref())
                .and_then(|(key_of, payload)| key_of(payload))
        };
        let key = key.or_else(by_type);
        self.outputs.push(Outgoing {
            topic,
            key,
            keyed: true,
            value,
            headers,
        });
        Ok(())
    }

    pub(crate) fn into_outputs(self) -> Outputs {
        self.outputs
    }
}

/// A payload in the first format of its type.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn encoded<T: Payload>(payload: &T) -> Result<Bytes, EncodeError> {
    let mut bytes = Vec::with_capacity(256);
    payload.encode(T::formats()[0], &mut bytes)?;
    Ok(Bytes::from(bytes))
}

/// What a handler of one record may return: `()`, a payload, `Option`, `Vec`, [`Message`], and `Result` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer of a handler",
    label = "a handler cannot return this",
    note = "return `()`, a payload (`#[derive(Payload)]`), `Option<_>` or `Vec<_>` of one, `Message<_>`, or `Result<_, E>` where `E` is an error"
)]
pub trait IntoOutcome: Sized {
    /// What may be published; checked against the output topic.
    type Output;
    /// The error that `classify` sees.
    type Error: 'static;

    /// Writes the outputs to `outbox`, or says why there are none.
    ///
    /// # Errors
    /// The failure, with its verdict.
    fn into_outcome(self, outbox: &mut Outbox, classify: Classify<Self::Error>) -> Result<(), Failure>;
}

/// A user's own reading of an error; `None` looks for a [`HandlerError`] in it and its sources.
pub type Classify<E> = Option<fn(&E) -> Verdict>;

/// The answer "nothing to publish", as an output type: every output topic takes it.
#[derive(Debug)]
pub enum Nothing {}

/// The error of an answer that cannot fail.
pub type Never = std::convert::Infallible;

impl<T: Payload> IntoOutcome for T {
    type Output = T;
    type Error = Never;
    fn into_outcome(self, outbox: &mut Outbox, _: Classify<Never>) -> Result<(), Failure> {
        outbox.push(&self).map_err(Failure::output)
    }
}

impl IntoOutcome for () {
    type Output = Nothing;
    type Error = Never;
    fn into_outcome(self, _: &mut Outbox, _: Classify<Never>) -> Result<(), Failure> {
        Ok(())
    }
}

impl<T: Payload> IntoOutcome for Message<T> {
    type Output = T;
    type Error = Never;
    fn into_outcome(self, outbox: &mut Outbox, _: Classify<Never>) -> Result<(), Failure> {
        outbox.push_message(self).map_err(Failure::output)
    }
}

impl<T: IntoOutcome> IntoOutcome for Option<T> {
    type Output = T::Output;
    type Error = T::Error;
    fn into_outcome(self, outbox: &mut Outbox, classify: Classify<T::Error>) -> Result<(), Failure> {
        self.map_or(Ok(()), |answer| answer.into_outcome(outbox, classify))
    }
}

impl<T: IntoOutcome> IntoOutcome for Vec<T> {
    type Output = T::Output;
    type Error = T::Error;
    fn into_outcome(self, outbox: &mut Outbox, classify: Classify<T::Error>) -> Result<(), Failure> {
        self.into_iter()
            .try_for_each(|answer| answer.into_outcome(outbox, classify))
    }
}

impl<T: IntoOutcome, E: Into<BoxError> + 'static> IntoOutcome for Result<T, E> {
    type Output = T::Output;
    type Error = E;
    fn into_outcome(self, outbox: &mut Outbox, classify: Classify<E>) -> Result<(), Failure> {
        match self {
            Ok(answer) => answer.into_outcome(outbox, None),
            Err(error) => Err(judge(error, classify)),
        }
    }
}

/// What a handler of a batch may return: `()`, `Result<(), E>` for all of it, or one `Result` per record.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer of a batch handler",
    label = "a handler of `Batch<_>` cannot return this",
    note = "return `()`, `Result<(), E>` for the whole batch, or `Vec<Result<R, E>>` with one entry per record"
)]
pub trait IntoOutcomes: Sized {
    /// What may be published; checked against the output topic.
    type Output;
    /// The error that `classify` sees.
    type Error: 'static;

    /// One outcome per record, in the batch's order.
    fn into_outcomes(
        self,
        records: usize,
        key_of: Option<KeyOf>,
        classify: Classify<Self::Error>,
    ) -> Vec<Outcome>;
}

impl IntoOutcomes for () {
    type Output = Nothing;
    type Error = Never;
    fn into_outcomes(self, records: usize, _: Option<KeyOf>, _: Classify<Never>) -> Vec<Outcome> {
        (0..records).map(|_| Outcome::Done(Outputs::new())).collect()
    }
}

impl<E: Into<BoxError> + 'static> IntoOutcomes for Result<(), E> {
    type Output = Nothing;
    type Error = E;
    fn into_outcomes(self, records: usize, _: Option<KeyOf>, classify: Classify<E>) -> Vec<Outcome> {
        let Err(error) = self else {
            return ().into_outcomes(records, None, None);
        };
        for_each_record(records, judge(error, classify))
    }
}

impl<R: IntoOutcome, E: Into<BoxError> + 'static> IntoOutcomes for Vec<Result<R, E>> {
    type Output = R::Output;
    type Error = E;
    fn into_outcomes(self, records: usize, key_of: Option<KeyOf>, classify: Classify<E>) -> Vec<Outcome> {
        if self.len() != records {
            let why = format!(
                "the batch handler returned {} results for {records} records",
                self.len()
            );
            let wrong = |_| Outcome::Failed(Failure::returned(Verdict::Retry, why.clone().into()));
            return (0..records).map(wrong).collect();
        }
        self.into_iter()
            .map(|answer| outcome_of(answer, key_of, classify))
            .collect()
    }
}

/// The outcome of one answer.
pub(crate) fn outcome_of<R: IntoOutcome>(
    answer: R,
    key_of: Option<KeyOf>,
    classify: Classify<R::Error>,
) -> Outcome {
    let mut outbox = Outbox::new(key_of);
    match answer.into_outcome(&mut outbox, classify) {
        Ok(()) => Outcome::Done(outbox.into_outputs()),
        Err(failure) => Outcome::Failed(failure),
    }
}

/// The failure of a whole batch, once per record.
pub(crate) fn for_each_record(records: usize, failure: Failure) -> Vec<Outcome> {
    let Failure {
        verdict,
        reason,
        error,
    } = failure;
    let text = describe(error.as_ref());
    (0..records)
        .map(|_| {
            Outcome::Failed(Failure {
                verdict,
                reason,
                error: text.clone().into(),
            })
        })
        .collect()
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

fn judge<E: Into<BoxError> + 'static>(error: E, classify: Classify<E>) -> Failure {
    if let Some(classify) = classify {
        let verdict = classify(&error);
        return Failure::returned(verdict, error.into());
    }
    // Boxing hides the root of an `anyhow::Error`, so it is looked at before.
    let hidden = verdict_before_boxing(&error);
    let error = error.into();
    let verdict = hidden
        .or_else(|| verdict_in(error.as_ref()))
        .unwrap_or(Verdict::Retry);
    Failure::returned(verdict, error)
}

#[cfg(feature = "anyhow")]
fn verdict_before_boxing(error: &dyn Any) -> Option<Verdict> {
    let chain = error.downcast_ref::<anyhow::Error>()?;
    // `downcast_ref` on the whole also finds a `HandlerError` that was given as context.
    let direct = chain.downcast_ref::<HandlerError>().map(|e| e.verdict);
    direct.or_else(|| {
        chain
            .chain()
            .find_map(|cause| cause.downcast_ref::<HandlerError>().map(|e| e.verdict))
    })
}

#[cfg(not(feature = "anyhow"))]
fn verdict_before_boxing(_: &dyn Any) -> Option<Verdict> {
    None
}

fn verdict_in(error: &(dyn StdError + 'static)) -> Option<Verdict> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<HandlerError>() {
            return Some(found.verdict);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
#[path = "outcome/tests.rs"]
mod tests;
