//! Extractors: the further arguments of a handler.
//!
//! An extractor asks for what it needs once, at start, in [`FromDelivery::setup`]; that is the start-up check of
//! missing state, and it costs nothing per record.

use std::any::type_name;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::BoxError;
use crate::message::Headers as HeaderList;
use crate::message::{self, Delivery};
use crate::producer::Producer;
use crate::spec::KeyOf;

mod instance;
mod state;

pub use instance::Instance;
pub(crate) use state::States;
pub use state::{State, StateHandle};

/// A further argument of a handler, made from each record.
///
/// ```
/// use messaging::{Context, Delivery, FromDelivery, Missing, Rejection};
///
/// struct Tenant(String);
///
/// impl FromDelivery for Tenant {
///     type Setup = ();
///     fn setup(_: &Context) -> Result<(), Missing> {
///         Ok(())
///     }
///     fn from_delivery(_: &(), delivery: &Delivery) -> Result<Tenant, Rejection> {
///         let header = delivery.headers().find(|(name, _)| *name == "tenant").and_then(|(_, value)| value);
///         let tenant = header.ok_or_else(|| Rejection::new("the header `tenant` is missing"))?;
///         Ok(Tenant(String::from_utf8_lossy(tenant).into_owned()))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no extractor",
    label = "a handler cannot take this argument",
    note = "the first argument is the payload; the others are extractors such as `State<_>`, `Headers`, `Key`, `Attempt`; implement `FromDelivery` for your own"
)]
pub trait FromDelivery: Sized + Send {
    /// What `setup` found.
    type Setup: Send + Sync + 'static;

    /// Asks once, at start, for what it needs. It also runs for `check`, when no value exists yet.
    ///
    /// # Errors
    /// What the program does not provide.
    fn setup(context: &Context) -> Result<Self::Setup, Missing>;

    /// Makes the argument for one record.
    ///
    /// # Errors
    /// Why the record does not give it; such a record counts as undecodable and is never retried.
    fn from_delivery(setup: &Self::Setup, delivery: &Delivery) -> Result<Self, Rejection>;
}

/// Something a handler needs and the program does not provide; found by the start-up check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {remedy}")]
pub struct Missing {
    what: String,
    remedy: String,
}

impl Missing {
    /// Says what is missing and what to write.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Missing {
        Missing {
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    fn instance<T>() -> Missing {
        let name = type_name::<T>();
        Missing::new(
            format!("there is no instance of `{name}`, whose methods are handlers"),
            format!(
                "add `.state(value)` or `.provide(make)` with a `{name}` to the App, or derive `Default` for it"
            ),
        )
    }

    fn state<T>() -> Missing {
        let name = type_name::<T>();
        Missing::new(
            format!("no state of type `{name}` is provided"),
            format!("add `.state(value)` or `.provide(make)` with a `{name}` to the App"),
        )
    }
}

/// Why a record does not give an argument.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Rejection(BoxError);

impl Rejection {
    /// Says why.
    pub fn new(why: impl Into<BoxError>) -> Rejection {
        Rejection(why.into())
    }
}

/// What an extractor can ask for at start.
#[derive(Clone)]
pub struct Context {
    states: Arc<States>,
    producer: Producer,
    timeout: Option<Duration>,
    key_of: Option<KeyOf>,
    gathers: bool,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

impl Context {
    pub(crate) fn new(states: Arc<States>, producer: Producer) -> Context {
        Context {
            states,
            producer,
            timeout: None,
            key_of: None,
            gathers: false,
        }
    }

    /// The same for one worker.
    pub(crate) fn for_worker(
        &self,
        timeout: Option<Duration>,
        key_of: Option<KeyOf>,
        gathers: bool,
    ) -> Context {
        Context {
            timeout,
            key_of,
            gathers,
            ..self.clone()
        }
    }

    /// Whether the worker was given a key of batches.
    pub(crate) fn gathers(&self) -> bool {
        self.gathers
    }

    /// The program's `T`, once it is made.
    pub(crate) fn value<T: Send + Sync + 'static>(&self) -> Result<&T, Missing> {
        self.states.value().ok_or_else(Missing::state::<T>)
    }

    /// How the worker's outputs get their keys.
    pub(crate) fn key_of(&self) -> Option<KeyOf> {
        self.key_of
    }

    /// How long one call of the handler may take.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// A handle to the program's `T`. Its value is there before the first record, not yet inside `setup`.
    ///
    /// # Errors
    /// When neither `App::state` nor `App::provide` gives a `T`.
    pub fn state<T: Send + Sync + 'static>(&self) -> Result<StateHandle<T>, Missing> {
        self.states.get::<T>().ok_or_else(Missing::state::<T>)
    }

    /// The App's producer.
    pub fn producer(&self) -> Producer {
        self.producer.clone()
    }
}

macro_rules! plain_extractor {
    ($(#[$doc:meta])* $name:ident($inner:ty) = $read:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub $inner);

        impl FromDelivery for $name {
            type Setup = ();
            fn setup(_: &Context) -> Result<(), Missing> {
                Ok(())
            }
            fn from_delivery(_: &(), delivery: &Delivery) -> Result<Self, Rejection> {
                let read: fn(&Delivery) -> $inner = $read;
                Ok($name(read(delivery)))
            }
        }
    };
}

plain_extractor!(
    /// The record's headers; it has the methods of [`messaging::Headers`](crate::Headers), such as `get_str`.
    Headers(HeaderList) = |delivery| copy_headers(delivery)
);
impl std::ops::Deref for Headers {
    type Target = HeaderList;
    fn deref(&self) -> &HeaderList {
        &self.0
    }
}

plain_extractor!(
    /// The record's key; `None` is a null key.
    Key(Option<Bytes>) = |delivery| delivery.key().map(Bytes::copy_from_slice)
);
plain_extractor!(
    /// Which try this is, from 1.
    Attempt(u32) = |delivery| delivery.attempt()
);
plain_extractor!(
    /// The topic the record came from, as the broker names it.
    TopicName(Arc<str>) = |delivery| delivery.record.topic().clone()
);
plain_extractor!(
    /// The partition the record came from.
    Partition(i32) = |delivery| delivery.partition()
);
plain_extractor!(
    /// The record's offset in its partition.
    Offset(i64) = |delivery| delivery.offset()
);
plain_extractor!(
    /// The record's timestamp in milliseconds since 1970, when the broker says.
    Timestamp(Option<i64>) = |delivery| delivery.timestamp()
);

impl FromDelivery for Producer {
    type Setup = Producer;
    fn setup(context: &Context) -> Result<Producer, Missing> {
        Ok(context.producer())
    }
    fn from_delivery(producer: &Producer, _: &Delivery) -> Result<Producer, Rejection> {
        Ok(producer.clone())
    }
}

/// The headers of a delivery, on their own.
pub(crate) fn copy_headers<T>(delivery: &message::Delivery<T>) -> HeaderList {
    let mut headers = HeaderList::new();
    for (name, value) in delivery.headers() {
        match value {
            Some(value) => headers.push(name, Bytes::copy_from_slice(value)),
            None => headers.push_null(name),
        }
    }
    headers
}
