//! What a worker does when a record has come to its end: [`Hooks`].

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use super::{Cx, Worker};
use crate::BoxError;
use crate::extract::{Context, Instance};
use crate::handler::{ErasedHandler, Hooks};
use crate::message::Delivery;
use crate::outcome::{Outcome, Reason};

/// Why a record was given up: its last failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct LastFailure {
    reason: Reason,
    text: String,
}

impl LastFailure {
    /// A failure of this kind, with the text of its error. A test of [`Worker::on_error`] makes one; else the runtime
    /// does.
    pub fn new(reason: Reason, text: impl Into<String>) -> LastFailure {
        let text = text.into();
        LastFailure { reason, text }
    }

    /// The kind of failure, as in the dead letter's header.
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

/// Which of its hooks a worker has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) on_error: bool,
    pub(super) on_success: bool,
}

/// The hooks of one instance.
struct Ends<W> {
    instance: Instance<W>,
    context: Arc<Context>,
    written: Written,
}

impl<W: Worker> Hooks for Ends<W> {
    fn hears_errors(&self) -> bool {
        self.written.on_error
    }

    fn hears_successes(&self) -> bool {
        self.written.on_success
    }

    fn on_error(&self, delivery: Delivery, failure: LastFailure) -> BoxFuture<'static, Result<(), BoxError>> {
        let (instance, cx) = (self.instance.clone(), Cx::new(delivery, self.context.clone()));
        Box::pin(async move { instance.on_error(&failure, &cx).await.map_err(Into::into) })
    }

    fn on_success(&self, delivery: Delivery) -> BoxFuture<'static, Result<(), BoxError>> {
        let (instance, cx) = (self.instance.clone(), Cx::new(delivery, self.context.clone()));
        Box::pin(async move { instance.on_success(&cx).await.map_err(Into::into) })
    }
}

/// A handler with the hooks of its worker.
pub(super) struct Hooked {
    inner: Arc<dyn ErasedHandler>,
    hooks: Arc<dyn Hooks>,
}

impl Hooked {
    pub(super) fn new<W: Worker>(
        inner: Arc<dyn ErasedHandler>,
        instance: Instance<W>,
        context: &Context,
        written: Written,
    ) -> Hooked {
        let context = Arc::new(context.clone());
        let hooks = Arc::new(Ends {
            instance,
            context,
            written,
        });
        Hooked { inner, hooks }
    }
}

impl ErasedHandler for Hooked {
    fn run(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
        self.inner.run(run)
    }

    fn is_batch(&self) -> bool {
        self.inner.is_batch()
    }

    fn needs_output_topic(&self) -> bool {
        self.inner.needs_output_topic()
    }

    fn hooks(&self) -> Option<Arc<dyn Hooks>> {
        Some(self.hooks.clone())
    }
}

impl fmt::Debug for Hooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooked")
    }
}
