//! What a batch is made of.

use bytes::Bytes;

use crate::message::{Headers, Message};
use crate::payload::Payload;

/// One message of a batch: a payload, or a [`Message`] with its own key, headers and topic.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no message of a batch",
    label = "this cannot be sent",
    note = "give payloads (`#[derive(Payload)]`), `Json<_>`, or `Message<_>` of one, by value"
)]
pub trait BatchItem {
    /// Its payload, which the topic has to take.
    type Payload: Payload;

    /// Its parts.
    #[doc(hidden)]
    fn parts(&self) -> Parts<'_, Self::Payload>;
}

/// A message that is borrowed, because a batch should move none of its payloads.
#[derive(Debug)]
#[doc(hidden)]
pub struct Parts<'a, P> {
    pub(super) topic: Option<&'a str>,
    pub(super) key: Option<&'a Bytes>,
    pub(super) headers: &'a Headers,
    pub(super) payload: Option<&'a P>,
}

static NO_HEADERS: Headers = Headers::new();

impl<T: Payload> BatchItem for T {
    type Payload = T;
    fn parts(&self) -> Parts<'_, T> {
        Parts {
            topic: None,
            key: None,
            headers: &NO_HEADERS,
            payload: Some(self),
        }
    }
}

impl<T: Payload> BatchItem for Message<T> {
    type Payload = T;
    fn parts(&self) -> Parts<'_, T> {
        Parts {
            topic: self.topic.as_deref(),
            key: self.key.as_ref(),
            headers: &self.headers,
            payload: self.payload.as_ref(),
        }
    }
}
