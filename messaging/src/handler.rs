//! From a user's async function to an [`ErasedHandler`], by traits alone.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};

use crate::BoxError;
use crate::caught::caught;
use crate::extract::{Context, FromDelivery, Missing};
use crate::message::Delivery;
use crate::outcome::{
    Classify, Failure, IntoOutcome, IntoOutcomes, Outcome, Verdict, for_each_record, outcome_of,
};
use crate::payload::{DecodeError, Payload};
use crate::spec::KeyOf;

mod event;
mod guarded;
mod hooks;

pub use event::{EventAnswer, EventHandler, MadeEvent};
pub(crate) use event::{Routed, erase_event};
pub(crate) use guarded::Guarded;
use guarded::OneByOne;
pub use hooks::Hooks;

/// A handler whose types are forgotten.
///
/// A run is consecutive records of one partition. It is answered by a stream with one [`Outcome`] per record, in
/// order; the next record is not touched before the outcome of the last was taken, so that dropping the stream leaves
/// the rest untouched. That makes one box per run, none per record.
pub trait ErasedHandler: Send + Sync {
    /// Handles the records of `run` one after the other, or, for a batch handler, together.
    fn run(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome>;

    /// Whether it handles the records of a run together.
    fn is_batch(&self) -> bool;

    /// Whether it can answer with something to publish that names no topic of its own; a worker without an
    /// `output_topic` must not have such a handler.
    fn needs_output_topic(&self) -> bool;

    /// What its worker does when a record has come to its end. The App asks the handler itself, not the layers around
    /// it.
    fn hooks(&self) -> Option<Arc<dyn Hooks>> {
        None
    }
}

/// The first argument of a handler: what it reads, and whether it takes one record or many.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the first argument of a handler",
    label = "not a payload",
    note = "add `#[derive(serde::Serialize, serde::Deserialize, messaging::Payload)]` to it, or take `Json<_>`, `Delivery<_>`, `Batch<_>`, `Bytes` or `String` first"
)]
pub trait Input: Sized + Send {
    /// What is read from the topic.
    type Payload: Payload;
    /// [`One`] or [`Many`].
    type Kind;
}

/// The kind of handlers that take one record.
#[derive(Debug)]
pub enum One {}
/// The kind of handlers that take a [`Batch`].
#[derive(Debug)]
pub enum Many {}

/// The kind of handlers that take records of `P` many at a time, for the keys that only these have.
#[diagnostic::on_unimplemented(
    message = "this key needs a batch: take `Batch<{P}>` as the first argument, or remove the key",
    label = "the handler takes one record at a time"
)]
pub trait Gathers<P> {}
impl<P> Gathers<P> for Many {}

/// A first argument made from one record.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the first argument of a handler of events",
    label = "not made from one event",
    note = "take the event's data (`#[derive(serde::Serialize, serde::Deserialize, messaging::Payload)]`), `Event<_>`, `Delivery<_>` or `Json<_>` first; a `Batch<_>` is for workers"
)]
pub trait OneInput: Input<Kind = One> {
    /// Reads it from the record's value.
    ///
    /// # Errors
    /// When the record is a tombstone or its bytes are no such payload.
    fn from_delivery(delivery: &Delivery) -> Result<Self, BoxError> {
        let value = delivery.value().ok_or(TOMBSTONE)?;
        Self::read(delivery, value)
    }

    /// Reads it from `body`, the part of the record's value that is meant for it.
    ///
    /// # Errors
    /// When the bytes are no such payload.
    fn read(delivery: &Delivery, body: &[u8]) -> Result<Self, BoxError>;
}

pub(crate) const TOMBSTONE: &str = "the record has no value (it is a tombstone)";

impl<T: Payload> Input for T {
    type Payload = T;
    type Kind = One;
}

impl<T: Payload> OneInput for T {
    fn read(_: &Delivery, body: &[u8]) -> Result<Self, BoxError> {
        Ok(decode(body)?)
    }
}

impl<T: Payload> Input for Delivery<T> {
    type Payload = T;
    type Kind = One;
}

impl<T: Payload> OneInput for Delivery<T> {
    fn read(delivery: &Delivery, body: &[u8]) -> Result<Self, BoxError> {
        Ok(delivery.with(decode(body)?))
    }
}

/// Records handled together: up to `batch_size` of one partition. `Debug` names them and never shows their content; for
/// that there are [`iter`](Batch::iter) and [`deliveries`](Batch::deliveries).
#[derive(Clone, Debug)]
pub struct Batch<T>(Vec<Delivery<T>>);

impl<T> Batch<T> {
    /// The records with their metadata.
    pub fn deliveries(&self) -> &[Delivery<T>] {
        &self.0
    }

    /// The payloads.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.0.iter().map(Delivery::payload)
    }

    /// The records with their metadata, by value.
    pub fn into_deliveries(self) -> Vec<Delivery<T>> {
        self.0
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none; a handler never gets such a batch.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> IntoIterator for Batch<T> {
    type Item = T;
    type IntoIter = std::iter::Map<std::vec::IntoIter<Delivery<T>>, fn(Delivery<T>) -> T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(Delivery::into_payload)
    }
}

impl<T: Payload> Input for Batch<T> {
    type Payload = T;
    type Kind = Many;
}

fn decode<T: Payload>(body: &[u8]) -> Result<T, DecodeError> {
    T::decode(T::formats()[0], body)
}

/// What a handler of this input may answer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer of such a handler",
    label = "a handler cannot return this",
    note = "return `()`, a payload (`#[derive(Payload)]`), `Option<_>`, `Vec<_>`, `Message<_>` or `Result<_, E>` where `E` is an error that can cross threads, such as `messaging::BoxError` (`Box<dyn Error + Send + Sync>`, not `Box<dyn Error>`); a handler of `Batch<_>` returns `()`, `Result<(), E>` or `Vec<Result<R, E>>`"
)]
pub trait Answers<Kind> {
    /// What may be published; checked against the output topic.
    type Output;
    /// The error that `classify` sees.
    type Error: 'static;
}
impl<R: IntoOutcome> Answers<One> for R {
    type Output = R::Output;
    type Error = R::Error;
}
impl<R: IntoOutcomes> Answers<Many> for R {
    type Output = R::Output;
    type Error = R::Error;
}

/// An async function that can handle records: a first argument that is an [`Input`], then up to 15 extractors.
/// `M` is told by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler",
    label = "not a handler",
    note = "a handler is an async function: first a payload, then extractors; it returns what `IntoOutcome` lists"
)]
pub trait Handler<M>: Send + Sync + Sized + 'static {
    /// The error that `classify` sees.
    type Error: 'static;
    /// What the extractors found at start.
    type Setup: Send + Sync + 'static;
    /// Whether it takes a [`Batch`].
    const BATCH: bool;
    /// Whether its answer needs the worker's `output_topic`.
    const NEEDS_TOPIC: bool;

    /// Asks for what the extractors need.
    ///
    /// # Errors
    /// All that is missing, not only the first.
    fn setup(context: &Context) -> Result<Self::Setup, Vec<Missing>>;

    /// Handles `run`, as [`ErasedHandler::run`] says.
    fn run(bound: &Arc<Bound<M, Self>>, run: Vec<Delivery>) -> BoxStream<'static, Outcome>;
}

/// A handler with all it needs at run time.
pub struct Bound<M, H: Handler<M>> {
    handler: H,
    setup: H::Setup,
    classify: Classify<H::Error>,
    key_of: Option<KeyOf>,
    timeout: Option<Duration>,
}

impl<M, H: Handler<M>> Bound<M, H> {
    fn new(handler: H, classify: Classify<H::Error>, context: &Context) -> Result<Self, Vec<Missing>> {
        Ok(Bound {
            handler,
            setup: H::setup(context)?,
            classify,
            key_of: context.key_of(),
            timeout: context.timeout(),
        })
    }
}

struct Erased<M, H: Handler<M>>(Arc<Bound<M, H>>);

impl<M: 'static, H: Handler<M>> ErasedHandler for Erased<M, H> {
    fn run(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
        H::run(&self.0, run)
    }
    fn is_batch(&self) -> bool {
        H::BATCH
    }
    fn needs_output_topic(&self) -> bool {
        H::NEEDS_TOPIC
    }
}

/// Forgets the types of a handler, once its extractors found what they need.
///
/// # Errors
/// All that is missing.
pub fn erase<M: 'static, H: Handler<M>>(
    handler: H,
    classify: Option<fn(&H::Error) -> Verdict>,
    context: &Context,
) -> Result<Arc<dyn ErasedHandler>, Vec<Missing>> {
    let bound = Bound::new(handler, classify, context)?;
    Ok(Arc::new(Erased(Arc::new(bound))))
}

/// The records of a batch that could be read, and the failures of the others, by their place.
fn decode_batch<T: Payload>(run: Vec<Delivery>) -> (Vec<Delivery>, Batch<T>, Vec<Option<Outcome>>) {
    let (mut readable, mut batch, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for delivery in run {
        let read = caught(|| T::from_delivery(&delivery).map_err(Failure::decode));
        match read.unwrap_or_else(|panic| Err(Failure::panicked(&panic))) {
            Ok(payload) => {
                batch.push(delivery.with(payload));
                readable.push(delivery);
                outcomes.push(None);
            }
            Err(failure) => outcomes.push(Some(Outcome::Failed(failure))),
        }
    }
    (readable, Batch(batch), outcomes)
}

/// Puts the answers of the handler into the places that decoding left open.
pub(crate) fn fill(outcomes: Vec<Option<Outcome>>, answers: Vec<Outcome>) -> Vec<Outcome> {
    let mut answers = answers.into_iter();
    let lost = || {
        Outcome::Failed(Failure::returned(
            Verdict::Retry,
            "the batch handler gave no answer".into(),
        ))
    };
    outcomes
        .into_iter()
        .map(|known| known.or_else(|| answers.next()).unwrap_or_else(lost))
        .collect()
}

/// Sets all extractors up and collects all that is missing.
macro_rules! setup_all {
    ($context:ident) => {{
        let _ = $context;
        Ok(())
    }};
    ($context:ident $($argument:ident)+) => {{
        let mut missing = Vec::new();
        let found = ($(<$argument as FromDelivery>::setup($context).map_err(|m| missing.push(m)).ok(),)+);
        #[allow(non_snake_case, reason = "the macro has one name for a type and its value")]
        match found {
            ($(Some($argument),)+) => Ok(($($argument,)+)),
            _ => Err(missing),
        }
    }};
}
macro_rules! handlers {
    ($($argument:ident)*) => {
        impl<F, Fut, R, P, $($argument,)*> Handler<(One, P, $($argument,)*)> for F
        where
            F: Fn(P, $($argument),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: IntoOutcome + Send + 'static,
            P: OneInput + 'static,
            $($argument: FromDelivery + 'static,)*
        {
            type Error = R::Error;
            type Setup = ($($argument::Setup,)*);
            const BATCH: bool = false;
            const NEEDS_TOPIC: bool = R::NEEDS_TOPIC;

            fn setup(context: &Context) -> Result<Self::Setup, Vec<Missing>> {
                setup_all!(context $($argument)*)
            }

            fn run(bound: &Arc<Bound<(One, P, $($argument,)*), F>>, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
                Self::each(bound, run.into_iter(), P::from_delivery)
            }
        }

        impl<F, Fut, R, P, $($argument,)*> EventHandler<(One, P, $($argument,)*)> for F
        where
            F: Fn(P, $($argument),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: IntoOutcome + Send + 'static,
            P: OneInput + 'static,
            $($argument: FromDelivery + 'static,)*
        {
            type Input = P;
            type Answer = R;

            #[allow(non_snake_case, reason = "the macro has one name for a type and its value")]
            fn each(
                bound: &Arc<Bound<(One, P, $($argument,)*), F>>,
                records: impl Iterator<Item = Delivery> + Send + 'static,
                read: impl Fn(&Delivery) -> Result<P, BoxError> + Send + 'static,
            ) -> BoxStream<'static, Outcome> {
                let (bound, timeout) = (bound.clone(), bound.timeout);
                let (key_of, classify) = (bound.key_of, bound.classify);
                let call = move |delivery: &Delivery| {
                    let input = read(delivery).map_err(Failure::decode)?;
                    let ($($argument,)*) = &bound.setup;
                    $(let $argument = <$argument as FromDelivery>::from_delivery($argument, delivery).map_err(Failure::decode)?;)*
                    let answer = (bound.handler)(input, $($argument),*);
                    Ok(answer.map(move |answer| outcome_of(answer, key_of, classify)))
                };
                OneByOne::new(records, timeout, call).boxed()
            }
        }

        impl<F, Fut, R, T, $($argument,)*> Handler<(Many, T, $($argument,)*)> for F
        where
            F: Fn(Batch<T>, $($argument),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: IntoOutcomes + Send + 'static,
            T: Payload,
            $($argument: FromDelivery + 'static,)*
        {
            type Error = R::Error;
            type Setup = ($($argument::Setup,)*);
            const BATCH: bool = true;
            const NEEDS_TOPIC: bool = R::NEEDS_TOPIC;

            fn setup(context: &Context) -> Result<Self::Setup, Vec<Missing>> {
                setup_all!(context $($argument)*)
            }

            #[allow(non_snake_case, reason = "the macro has one name for a type and its value")]
            fn run(bound: &Arc<Bound<(Many, T, $($argument,)*), F>>, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
                let bound = bound.clone();
                let all = async move {
                    let (readable, batch, outcomes) = decode_batch::<T>(run);
                    let Some(_first) = readable.first() else { return fill(outcomes, Vec::new()) };
                    let call = async {
                        let ($($argument,)*) = &bound.setup;
                        $(let $argument = <$argument as FromDelivery>::from_delivery($argument, _first).map_err(Failure::decode)?;)*
                        Ok((bound.handler)(batch, $($argument),*).await.into_outcomes(readable.len(), bound.key_of, bound.classify))
                    };
                    let answers = Guarded::new(call, bound.timeout).await.flatten();
                    fill(outcomes, answers.unwrap_or_else(|failure| for_each_record(readable.len(), failure)))
                };
                stream::once(all).flat_map(stream::iter).boxed()
            }
        }
    };
}

macro_rules! all_arities {
    () => { handlers!(); };
    ($first:ident $($rest:ident)*) => {
        handlers!($first $($rest)*);
        all_arities!($($rest)*);
    };
}
all_arities!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15);

#[cfg(test)]
#[path = "handler/tests.rs"]
mod tests;
