//! What a worker does when a record has come to its end.

use futures_util::future::BoxFuture;

use crate::BoxError;
use crate::message::Delivery;
use crate::worker::LastFailure;

/// The hooks of a worker. What they answer is logged when it is an error, and changes nothing.
pub trait Hooks: Send + Sync {
    /// Whether [`on_error`](Hooks::on_error) is to be called.
    fn hears_errors(&self) -> bool;

    /// Whether [`on_success`](Hooks::on_success) is to be called.
    fn hears_successes(&self) -> bool;

    /// The record is given up: after its last try, before its dead letter.
    fn on_error(&self, delivery: Delivery, failure: LastFailure) -> BoxFuture<'static, Result<(), BoxError>>;

    /// The record was handled, and all its outputs are acknowledged.
    fn on_success(&self, delivery: Delivery) -> BoxFuture<'static, Result<(), BoxError>>;
}
