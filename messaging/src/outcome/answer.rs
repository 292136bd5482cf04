//! What a handler may return, and how it becomes outputs.

use super::error::judge;
use super::{Failure, Outcome, Outgoing, Outputs, Verdict, in_words};
use crate::BoxError;
use crate::message::Message;
use crate::payload::{EncodeError, Payload, encoded};
use crate::spec::KeyOf;

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
        self.put(Outgoing {
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
        self.put(Outgoing {
            topic,
            key,
            keyed: true,
            value,
            headers,
        });
        Ok(())
    }

    fn put(&mut self, output: Outgoing) {
        // Nearly all have one; left to itself, a vector begins with room for four.
        if self.outputs.is_empty() {
            self.outputs.reserve_exact(1);
        }
        self.outputs.push(output);
    }

    pub(crate) fn into_outputs(self) -> Outputs {
        self.outputs
    }
}

/// What a handler of one record may return: `()`, a payload, `Option`, `Vec`, [`Message`], and `Result` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer of a handler",
    label = "a handler cannot return this",
    note = "return `()`, a payload (`#[derive(Payload)]`), `Option<_>` or `Vec<_>` of one, `Message<_>`, or `Result<_, E>` where `E` is an error that can cross threads, such as `messaging::BoxError` (`Box<dyn Error + Send + Sync>`, not `Box<dyn Error>`)"
)]
pub trait IntoOutcome: Sized {
    /// What may be published; checked against the output topic.
    type Output;
    /// The error that `classify` sees.
    type Error: 'static;
    /// Whether it can hold something to publish that names no topic of its own; then its worker must have an
    /// `output_topic`.
    const NEEDS_TOPIC: bool;

    /// Writes the outputs to `outbox`, or says why there are none.
    ///
    /// # Errors
    /// The failure, with its verdict.
    fn into_outcome(self, outbox: &mut Outbox, classify: Classify<Self::Error>) -> Result<(), Failure>;
}

/// A user's own reading of an error; `None` looks for a [`HandlerError`](super::HandlerError) in it and its sources.
pub type Classify<E> = Option<fn(&E) -> Verdict>;

/// The answer "nothing to publish", as an output type: every output topic takes it.
#[derive(Debug)]
pub enum Nothing {}

/// The error of an answer that cannot fail.
pub type Never = std::convert::Infallible;

impl<T: Payload> IntoOutcome for T {
    type Output = T;
    type Error = Never;
    const NEEDS_TOPIC: bool = true;
    fn into_outcome(self, outbox: &mut Outbox, _: Classify<Never>) -> Result<(), Failure> {
        outbox.push(&self).map_err(Failure::output)
    }
}

impl IntoOutcome for () {
    type Output = Nothing;
    type Error = Never;
    const NEEDS_TOPIC: bool = false;
    fn into_outcome(self, _: &mut Outbox, _: Classify<Never>) -> Result<(), Failure> {
        Ok(())
    }
}

impl<T: Payload> IntoOutcome for Message<T> {
    type Output = T;
    type Error = Never;
    const NEEDS_TOPIC: bool = false;
    fn into_outcome(self, outbox: &mut Outbox, _: Classify<Never>) -> Result<(), Failure> {
        outbox.push_message(self).map_err(Failure::output)
    }
}

impl<T: IntoOutcome> IntoOutcome for Option<T> {
    type Output = T::Output;
    type Error = T::Error;
    const NEEDS_TOPIC: bool = T::NEEDS_TOPIC;
    fn into_outcome(self, outbox: &mut Outbox, classify: Classify<T::Error>) -> Result<(), Failure> {
        self.map_or(Ok(()), |answer| answer.into_outcome(outbox, classify))
    }
}

impl<T: IntoOutcome> IntoOutcome for Vec<T> {
    type Output = T::Output;
    type Error = T::Error;
    const NEEDS_TOPIC: bool = T::NEEDS_TOPIC;
    fn into_outcome(self, outbox: &mut Outbox, classify: Classify<T::Error>) -> Result<(), Failure> {
        self.into_iter()
            .try_for_each(|answer| answer.into_outcome(outbox, classify))
    }
}

impl<T: IntoOutcome, E: Into<BoxError> + 'static> IntoOutcome for Result<T, E> {
    type Output = T::Output;
    type Error = E;
    const NEEDS_TOPIC: bool = T::NEEDS_TOPIC;
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
    /// Whether it can hold something to publish that names no topic of its own; then its worker must have an
    /// `output_topic`.
    const NEEDS_TOPIC: bool;

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
    const NEEDS_TOPIC: bool = false;
    fn into_outcomes(self, records: usize, _: Option<KeyOf>, _: Classify<Never>) -> Vec<Outcome> {
        (0..records).map(|_| Outcome::Done(Outputs::new())).collect()
    }
}

impl<E: Into<BoxError> + 'static> IntoOutcomes for Result<(), E> {
    type Output = Nothing;
    type Error = E;
    const NEEDS_TOPIC: bool = false;
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
    const NEEDS_TOPIC: bool = R::NEEDS_TOPIC;
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
    let text = in_words(error);
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
