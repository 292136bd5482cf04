//! Topics as types, and what may be read from and written to them.

use bytes::Bytes;

use crate::payload::{Payload, kept};
use crate::spec::KeyOf;

/// A topic as a type. `#[topic(name = "orders.created", schema = OrderCreated, key = order_id)]` on a unit struct
/// writes it.
pub trait Topic: Send + Sync + 'static {
    /// The name at the broker, without the setting `topic_prefix`.
    const NAME: &'static str;
    /// Whether [`Topic::key`] gives keys.
    const HAS_KEY: bool = false;
    /// What its records hold; [`Any`] without a schema.
    type Schema;

    /// The key of a record with this value.
    fn key(value: &Self::Schema) -> Option<Bytes> {
        let _ = value;
        None
    }
}

/// The schema of a topic that states none: any payload may be read and written.
#[derive(Debug)]
pub enum Any {}

/// What can stand where a topic is named: text, or a type made by `#[topic]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no topic",
    label = "not a topic",
    note = "write a text such as \"orders.created\", or a unit struct with `#[topic(name = \"orders.created\")]`"
)]
pub trait TopicRef {
    /// The topic's name, without the setting `topic_prefix`.
    fn topic_name(&self) -> &str;

    /// How the topic's type makes the key of a payload.
    fn keyer() -> Option<KeyOf>
    where
        Self: Sized,
    {
        None
    }
}

impl TopicRef for &str {
    fn topic_name(&self) -> &str {
        self
    }
}

impl TopicRef for String {
    fn topic_name(&self) -> &str {
        self
    }
}

impl TopicRef for &String {
    fn topic_name(&self) -> &str {
        self
    }
}

impl<T: Topic<Schema: 'static>> TopicRef for T {
    fn topic_name(&self) -> &str {
        T::NAME
    }
    fn keyer() -> Option<KeyOf> {
        T::HAS_KEY.then_some(|payload| payload.downcast_ref::<T::Schema>().and_then(T::key))
    }
}

/// A topic whose records can be read as `P`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no topic",
    label = "not a topic",
    note = "write a text such as \"orders.created\", or a unit struct with `#[topic(name = \"orders.created\")]`"
)]
pub trait Carries<P> {}
impl<P> Carries<P> for &'static str {}
impl<T: Topic, P: Reads<T::Schema>> Carries<P> for T {}

/// A payload that can be read from a topic whose schema is `S`; the derives write `Reads<Self>`.
#[diagnostic::on_unimplemented(
    message = "this topic carries `{S}`, not `{Self}`",
    label = "the handler reads `{Self}` from it",
    note = "take the topic's `schema` as the first argument, or name another topic"
)]
pub trait Reads<S> {}
impl<P> Reads<Any> for P {}
impl<S: Payload> Reads<S> for serde_json::Value {}

/// A topic to which `P` can be written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no topic",
    label = "not a topic",
    note = "write a text such as \"orders.created\", or a unit struct with `#[topic(name = \"orders.created\")]`"
)]
pub trait Accepts<P> {}
impl<P> Accepts<P> for &str {}
impl<P> Accepts<P> for String {}
impl<P> Accepts<P> for &String {}
impl<T: Topic, P: Writes<T::Schema>> Accepts<P> for T {}

/// A payload that can be written to a topic whose schema is `S`; the derives write `Writes<Self>`.
#[diagnostic::on_unimplemented(
    message = "this topic takes `{S}`, not `{Self}`",
    label = "`{Self}` would be written to it",
    note = "write the topic's `schema`, or name another topic"
)]
pub trait Writes<S> {}
impl<P> Writes<Any> for P {}
impl<S: Payload> Writes<S> for serde_json::Value {}
impl<S: Payload> Writes<S> for crate::outcome::Nothing {}

/// A value that can be a record's key. Text and numbers are written as text, bytes as they are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "not a key",
    note = "a key is text, an integer, bytes, or an `Option` of these"
)]
pub trait ToKey {
    /// The key's bytes; `None` is a null key.
    fn to_key(&self) -> Option<Bytes>;
}

impl ToKey for str {
    fn to_key(&self) -> Option<Bytes> {
        self.as_bytes().to_key()
    }
}
impl ToKey for String {
    fn to_key(&self) -> Option<Bytes> {
        self.as_str().to_key()
    }
}
impl ToKey for [u8] {
    fn to_key(&self) -> Option<Bytes> {
        Some(kept(self))
    }
}
impl ToKey for Vec<u8> {
    fn to_key(&self) -> Option<Bytes> {
        self.as_slice().to_key()
    }
}
impl ToKey for Bytes {
    fn to_key(&self) -> Option<Bytes> {
        Some(self.clone())
    }
}
impl<K: ToKey> ToKey for Option<K> {
    fn to_key(&self) -> Option<Bytes> {
        self.as_ref().and_then(ToKey::to_key)
    }
}
impl<K: ToKey + ?Sized> ToKey for &K {
    fn to_key(&self) -> Option<Bytes> {
        (**self).to_key()
    }
}
macro_rules! number_keys {
    ($($number:ty)*) => { $(impl ToKey for $number {
        fn to_key(&self) -> Option<Bytes> {
            Some(Bytes::from(self.to_string()))
        }
    })* };
}
number_keys!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
