//! Handlers of events: async functions that take one record at a time, called by the name that is in it.

use std::iter;
use std::ops::Range;
use std::sync::Arc;

use futures_util::stream::BoxStream;

use super::{Bound, Handler, Input, OneInput};
use crate::BoxError;
use crate::extract::{Context, Missing};
use crate::message::{Delivery, Message};
use crate::outcome::{IntoOutcome, Outcome, Verdict};
use crate::payload::Payload;

/// A [`Handler`] of one record at a time, as the handlers of events are. `M` is told by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler of events",
    label = "not a handler of events",
    note = "a handler of events is an async function: first the event's data, `Event<_>` or `Delivery<_>`, then extractors"
)]
pub trait EventHandler<M>: Handler<M> {
    /// Its first argument.
    type Input: OneInput;
    /// What it returns.
    type Answer: IntoOutcome;

    /// Handles `records` one after the other, with what `read` makes of each.
    #[doc(hidden)]
    fn each(
        bound: &Arc<Bound<M, Self>>,
        records: impl Iterator<Item = Delivery> + Send + 'static,
        read: impl Fn(&Delivery) -> Result<Self::Input, BoxError> + Send + 'static,
    ) -> BoxStream<'static, Outcome>;
}

/// What a handler of events may return: a consumer has no output topic, so only a [`Message`] that names its own can be
/// published.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer of a handler of events",
    label = "a consumer has no output topic to publish this to",
    note = "return `()`, `Result<(), E>`, or a `Message<_>` that names its topic by `.topic(\"…\")`; for what goes to one topic write a `#[worker]` with `output_topic`"
)]
pub trait EventAnswer {}
impl EventAnswer for () {}
impl<T> EventAnswer for Message<T> {}
impl<A: EventAnswer> EventAnswer for Option<A> {}
impl<A: EventAnswer> EventAnswer for Vec<A> {}
impl<A: EventAnswer, E> EventAnswer for Result<A, E> {}

/// A handler of events whose types are forgotten.
pub(crate) trait Routed: Send + Sync {
    /// Handles one record, whose data is in this range of its value.
    fn handle(&self, delivery: Delivery, body: Range<usize>) -> BoxStream<'static, Outcome>;

    /// Whether it wants the whole value, not only the event's data.
    fn reads_envelope(&self) -> bool;
}

/// A handler of events, or all that it lacks.
pub struct MadeEvent(pub(crate) Result<Arc<dyn Routed>, Vec<Missing>>);

impl std::fmt::Debug for MadeEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MadeEvent").field(&self.0.as_ref().err()).finish()
    }
}

struct Erased<M, H: Handler<M>>(Arc<Bound<M, H>>);

impl<M: 'static, H: EventHandler<M>> Routed for Erased<M, H> {
    fn handle(&self, delivery: Delivery, body: Range<usize>) -> BoxStream<'static, Outcome> {
        let read = move |delivery: &Delivery| {
            let value = delivery.value().unwrap_or_default();
            H::Input::read(delivery, value.get(body.clone()).unwrap_or_default())
        };
        H::each(&self.0, iter::once(delivery), read)
    }

    fn reads_envelope(&self) -> bool {
        <H::Input as Input>::Payload::ENVELOPE
    }
}

/// Forgets the types of a handler of events, once its extractors found what they need.
pub(crate) fn erase_event<M: 'static, H: EventHandler<M>>(
    handler: H,
    classify: Option<fn(&H::Error) -> Verdict>,
    context: &Context,
) -> MadeEvent {
    let bound = Bound::new(handler, classify, context);
    MadeEvent(bound.map(|bound| Arc::new(Erased(Arc::new(bound))) as Arc<dyn Routed>))
}
