//! What a function with `#[producer]` or `#[event]` may return.

use crate::error::Error;
use crate::payload::Payload;

/// An answer that holds something to publish: a payload, [`Json`](crate::Json), `Option` and `Result` of these; with
/// the feature `axum` also axum's `Json` and `(StatusCode, _)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds nothing to publish",
    label = "this cannot be published",
    note = "return a payload (`#[derive(Payload)]`), `Json<_>`, or `Option<_>` or `Result<_, E>` of one; with the feature \"axum\" also axum's `Json<_>` and `(StatusCode, _)`"
)]
pub trait EventSource {
    /// What is published. A `key` is a field of it, and the topic has to take it.
    type Value: 'static;

    /// The value; `None`: nothing is published.
    fn value(&self) -> Option<&Self::Value>;
}

impl<T: Payload> EventSource for T {
    type Value = T;
    fn value(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T: EventSource> EventSource for Option<T> {
    type Value = T::Value;
    fn value(&self) -> Option<&T::Value> {
        self.as_ref()?.value()
    }
}

impl<T: EventSource, E> EventSource for Result<T, E> {
    type Value = T::Value;
    fn value(&self) -> Option<&T::Value> {
        self.as_ref().ok()?.value()
    }
}

#[cfg(feature = "axum")]
impl<T: 'static> EventSource for axum::Json<T> {
    type Value = T;
    fn value(&self) -> Option<&T> {
        Some(&self.0)
    }
}

#[cfg(feature = "axum")]
impl<T: EventSource> EventSource for (axum::http::StatusCode, T) {
    type Value = T::Value;
    fn value(&self) -> Option<&T::Value> {
        self.1.value()
    }
}

/// An answer that can say that publishing failed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot say that publishing failed",
    label = "an error of publishing has no place in this",
    note = "return `Result<_, E>` where `E: From<messaging::Error>`, or add `on_publish_error = \"log\"`"
)]
pub trait Fails: EventSource {
    /// The answer in place of one that was not published.
    fn fail(error: Error) -> Self;
}

impl<T: EventSource, E: From<Error>> Fails for Result<T, E> {
    fn fail(error: Error) -> Result<T, E> {
        Err(error.into())
    }
}
