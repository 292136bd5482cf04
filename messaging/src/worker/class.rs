//! How a type that is a [`Worker`] becomes a handler.

use std::fmt;
use std::sync::Arc;

use super::hooks::{Hooked, Written};
use super::{Cx, Worker};
use crate::extract::{Context, FromDelivery, Instance};
use crate::handler::{Batch, Many, One, erase};
use crate::outcome::{Classify, Verdict};
use crate::spec::Made;

/// How a worker in class style is made: where its instance comes from, and how its errors are read.
///
/// ```
/// # use messaging::{BoxError, Cx, Worker};
/// use messaging::worker::Class;
/// use messaging::{Verdict, WorkerSpec};
/// # struct Charge;
/// # impl Worker for Charge {
/// #     type Input = String;
/// #     type Output = ();
/// #     type Error = std::io::Error;
/// #     async fn process(&self, _: String, _: &Cx) -> std::io::Result<()> { Ok(()) }
/// # }
///
/// let class = Class::of(Charge).classify(|error| match error.kind() {
///     std::io::ErrorKind::InvalidData => Verdict::Reject,
///     _ => Verdict::Retry,
/// });
/// let worker = WorkerSpec::class("charge", "orders", class);
/// # let _ = worker;
/// ```
pub struct Class<W: Worker> {
    instance: Option<Arc<W>>,
    classify: Classify<W::Error>,
    written: Written,
}

impl<W: Worker> Class<W> {
    /// The worker is this value.
    pub fn of(worker: W) -> Class<W> {
        Class {
            instance: Some(Arc::new(worker)),
            ..Class::provided()
        }
    }

    /// The worker is the App's `W`, given by `state(W)`, `state(Arc<W>)` or `provide`.
    pub fn provided() -> Class<W> {
        Class {
            instance: None,
            classify: None,
            // Nothing shows whether they are: an empty call of each costs a record an allocation.
            written: Written {
                on_error: true,
                on_success: true,
            },
        }
    }

    /// Says which of the hooks are written, so that the others cost nothing.
    pub(crate) fn hooks(mut self, on_error: bool, on_success: bool) -> Class<W> {
        self.written = Written { on_error, on_success };
        self
    }

    /// Reads the worker's errors with `classify` instead of looking for a [`HandlerError`](crate::HandlerError) in
    /// them.
    pub fn classify(mut self, classify: fn(&W::Error) -> Verdict) -> Class<W> {
        self.classify = Some(classify);
        self
    }

    /// The handler.
    ///
    /// # Errors
    /// When the App gives no instance.
    pub(crate) fn make(&self, context: &Context) -> Made {
        let instance = match &self.instance {
            Some(given) => Instance::of(given.clone()),
            None => Instance::setup(context).map_err(|missing| vec![missing])?,
        };
        let handler = self.handler(instance.clone(), context)?;
        let Written { on_error, on_success } = self.written;
        if !on_error && !on_success {
            return Ok(handler);
        }
        Ok(Arc::new(Hooked::new(handler, instance, context, self.written)))
    }

    fn handler(&self, instance: Instance<W>, context: &Context) -> Made {
        // A call owns what it borrows, so that it can be kept while it waits.
        if context.gathers() {
            let batch = move |batch: Batch<W::Input>, cx: Cx| {
                let instance = instance.clone();
                async move { instance.process_batch(batch, &cx).await }
            };
            return erase::<(Many, W::Input, Cx), _>(batch, self.classify, context);
        }
        let record = move |input: W::Input, cx: Cx| {
            let instance = instance.clone();
            async move { instance.process(input, &cx).await }
        };
        erase::<(One, W::Input, Cx), _>(record, self.classify, context)
    }
}

impl<W: Worker> fmt::Debug for Class<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Class<{}>", std::any::type_name::<W>())
    }
}
