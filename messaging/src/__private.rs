//! Everything that generated code may name: the whole contract between the macros and the runtime.
//!
//! `#[worker(topic = "orders", output_topic = Invoices, max_retries = 3)] async fn charge(order: Order, attempt:
//! Attempt) -> Result<Invoice, Refused>` leaves this behind the untouched function:
//!
//! ```text
//! const _: () = {
//!     __private::assert_input::<Order>();
//!     __private::assert_argument::<Attempt>();
//!     __private::assert_outcome::<Order, Result<Invoice, Refused>>();
//!     __private::carries::<Order, _>(&"orders");
//!     __private::accepts::<Order, Result<Invoice, Refused>, _>(&Invoices);
//!     __private::assert_future(&charge);
//!     __private::register! { WORKERS: __private::WorkerSpec::new("charge", __private::here!(), "orders", |context| {
//!         __private::erase(charge, context)
//!     })
//!     .output_topic(Invoices)
//!     .max_retries(3) }
//! };
//! ```

mod calls;
mod instance;

pub use bytes::Bytes as KeyBytes;
#[cfg(feature = "inventory")]
pub use inventory;
#[cfg(not(feature = "inventory"))]
pub use linkme;
pub use serde::Serialize;
pub use serde::de::DeserializeOwned;

pub use self::calls::assert_future;
pub use self::instance::{Instances, WithoutDefault, assert_instance};
pub use crate::consumer::EventConsumer;
pub use crate::delivery::policy::{Backoff, OnExhausted, Order};
pub use crate::extract::Instance;
pub use crate::payload::{DecodeError, EncodeError, Format, Payload, decode_serde, encode_serde};
pub use crate::publishing::{KeyBy, no_answer, or_fail, or_log, send_event, send_plain};
#[cfg(feature = "inventory")]
pub use crate::registry::Registered;
#[cfg(not(feature = "inventory"))]
pub use crate::registry::{CONSUMERS, EVENT_HANDLERS, PUBLISHERS, TOPICS, WORKERS};
pub use crate::registry::{Entry, kinds};
pub use crate::settings::OffsetReset;
pub use crate::spec::{ConsumerSpec, EventHandlerSpec, Place, PublisherSpec, TopicSpec, WorkerSpec};
pub use crate::topic::{Any, Reads, ToKey, Topic, Writes};
pub use crate::{__default_instance as default_instance, __here as here, __register as register};

use crate::extract::{Context, FromDelivery};
use crate::handler::{Answers, EventAnswer, EventHandler, Gathers, Handler, Input, MadeEvent, OneInput};
use crate::outcome::IntoOutcome;
use crate::schema::Shapeless;
use crate::spec::Made;
use crate::topic::{Accepts, Carries};
use crate::worker::{Class, Worker};

/// What a payload is written to.
pub type Buffer = Vec<u8>;

/// Fails to compile on the user's type when it cannot be a first argument.
pub const fn assert_input<I: Input>() {}

/// Fails to compile on the user's type when it is no extractor.
pub const fn assert_argument<A: FromDelivery>() {}

/// Fails to compile on the user's type when a handler with this first argument cannot return it.
pub const fn assert_outcome<I: Input, R: Answers<I::Kind>>() {}

/// Fails to compile on a key of batches when a handler with this first argument takes one record at a time. What `I`
/// says is given by parameters, so that an `I` that is no input fails where it stands and not on the key.
pub const fn assert_gathers<I: Input<Payload = P, Kind = K>, P, K: Gathers<P>>() {}

/// Fails to compile on the topic when it does not carry what the handler reads.
pub const fn carries<I: Input, T: Carries<I::Payload>>(_: &T) {}

/// Fails to compile on the topic when it does not take what the handler returns.
pub const fn accepts<I: Input, R: Answers<I::Kind>, T: Accepts<R::Output>>(_: &T) {}

/// Fails to compile on the user's type when it cannot be the first argument of a handler of events.
pub const fn assert_event_input<I: OneInput>() {}

/// Fails to compile on the user's type when a handler of events cannot return it.
pub const fn assert_event_answer<R: EventAnswer + IntoOutcome>() {}

/// Fails to compile on the topic when it does not carry what a worker in class style reads.
pub const fn class_carries<W: Worker, T: Carries<W::Input>>(_: &T) {}

/// Fails to compile on the topic when it does not take what a worker in class style returns.
pub const fn class_accepts<W: Worker, T: Accepts<<W::Output as IntoOutcome>::Output>>(_: &T) {}

/// Fails to compile on a key of schemas when a handler with this first argument reads something else than JSON of any
/// shape.
pub const fn assert_shapeless_input<I: Input<Payload = P>, P: Shapeless>() {}

/// Fails to compile on a key of schemas when what the handler returns is something else than JSON of any shape.
pub const fn assert_shapeless_output<I: Input, R: Answers<I::Kind, Output = O>, O: Shapeless>() {}

/// The same for workers in class style.
pub const fn class_shapeless_input<W: Worker<Input = P>, P: Shapeless>() {}

/// The same for workers in class style.
pub const fn class_shapeless_output<W: Worker, O: Shapeless>()
where
    W::Output: IntoOutcome<Output = O>,
{
}

/// The name of a topic's schema.
pub fn schema_name<T: 'static>() -> &'static str {
    core::any::type_name::<T>()
}

/// The key of a record with this value, which is read as the topic's schema. Fails to compile on the user's type when
/// that is no payload.
///
/// # Errors
/// When it is no such value.
pub fn key_in<T: Topic<Schema = S>, S: Payload>(value: &[u8]) -> Result<Option<KeyBytes>, DecodeError> {
    let format = S::formats().first().copied().unwrap_or(Format::Json);
    S::decode(format, value).map(|value| T::key(&value))
}

/// A worker in class style with these hooks; the App gives its instance.
pub fn class<W: Worker>(on_error: bool, on_success: bool) -> Class<W> {
    Class::provided().hooks(on_error, on_success)
}

/// Forgets the types of a handler.
///
/// # Errors
/// All that its extractors miss.
pub fn erase<M: 'static, H: Handler<M>>(handler: H, context: &Context) -> Made {
    crate::handler::erase(handler, None, context)
}

/// Forgets the types of a handler of events.
pub fn erase_event<M: 'static, H: EventHandler<M>>(handler: H, context: &Context) -> MadeEvent {
    crate::handler::erase_event(handler, None, context)
}
