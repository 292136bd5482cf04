//! Workers in class style: a type whose fields are what it works with, and whose methods handle the records.
//!
//! | file | what it holds |
//! |---|---|
//! | `class` | where the instance comes from, and how the type becomes a handler |
//! | `cx` | what a method is told beside the payload |
//! | `hooks` | what it does when a record has come to its end |

mod class;
mod cx;
mod hooks;

use std::future::{Future, ready};

pub use class::Class;
pub use cx::{Cx, CxBuilder};
pub use hooks::LastFailure;

use crate::BoxError;
use crate::handler::Batch;
use crate::outcome::IntoOutcome;
use crate::payload::Payload;

/// A worker in class style. Write `async fn` for each method, and `#[worker(topic = …)]` on the `impl`.
///
/// ```
/// use messaging::prelude::*;
/// use messaging::{BoxError, WorkerSpec};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct Visit { page: String }
///
/// struct Enrich { country: String }
///
/// impl Worker for Enrich {
///     type Input = Visit;
///     type Output = String;
///     type Error = BoxError;
///
///     async fn process(&self, visit: Visit, cx: &Cx) -> Result<String, BoxError> {
///         Ok(format!("{} from {}, try {}", visit.page, self.country, cx.attempt()))
///     }
/// }
///
/// let enrich = Enrich { country: "Brazil".into() };
/// let worker = WorkerSpec::worker("enrich", "events.raw", enrich).output_topic("events.enriched");
/// App::empty().configure([("message_broker", "memory")]).worker(worker).check()?;
/// # Ok::<(), messaging::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no worker",
    label = "not a worker",
    note = "write `impl messaging::Worker for {Self}`"
)]
pub trait Worker: Send + Sync + 'static {
    /// What is read from the topic.
    type Input: Payload;
    /// What is published: a payload, `()`, `Option<_>`, `Vec<_>` or `Message<_>`, as handlers return them.
    type Output: IntoOutcome + Send;
    /// Why a record failed; a [`HandlerError`](crate::HandlerError) in it or its sources decides what happens next.
    type Error: Into<BoxError> + Send + 'static;

    /// Handles one record.
    ///
    /// # Errors
    /// Each is a failed try of the record.
    fn process(
        &self,
        input: Self::Input,
        cx: &Cx,
    ) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send;

    /// Handles records together, one answer for each, in their order. It is called instead of
    /// [`process`](Worker::process) when the worker has a `batch_size` or a `batch_timeout`; `cx` is the first
    /// record's, [`Cx::of`] gives another's.
    ///
    /// Unless it is written, it calls `process` for each record, one after the other, also after one that failed.
    fn process_batch(
        &self,
        batch: Batch<Self::Input>,
        cx: &Cx,
    ) -> impl Future<Output = Vec<Result<Self::Output, Self::Error>>> + Send {
        async move {
            let mut answers = Vec::with_capacity(batch.len());
            for delivery in batch.into_deliveries() {
                let cx = cx.of(&delivery);
                answers.push(self.process(delivery.into_payload(), &cx).await);
            }
            answers
        }
    }

    /// Is called once a record is given up, whatever `on_exhausted` says: after the last try and before the dead
    /// letter, which waits for it. The error is the last one's text: it may be a panic, a timeout, or bytes that are no
    /// payload.
    ///
    /// Its record is not done before it has ended, and no other record waits for it; up to `concurrency` hooks of a
    /// worker run at a time. It may take the worker's `timeout`, else 30 s. When the program ends in the middle of it,
    /// whoever has the partition next handles the record again, hook included.
    ///
    /// # Errors
    /// An error, a panic, or too long a time is logged, and changes nothing for the record.
    fn on_error(
        &self,
        failure: &LastFailure,
        cx: &Cx,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        let _ = (failure, cx);
        ready(Ok(()))
    }

    /// Is called once a record was handled and all it published is acknowledged; of a batch, for each record. Not for
    /// one that was skipped. All else is as for [`on_error`](Worker::on_error).
    ///
    /// # Errors
    /// An error, a panic, or too long a time is logged, and changes nothing for the record.
    fn on_success(&self, cx: &Cx) -> impl Future<Output = Result<(), Self::Error>> + Send {
        let _ = cx;
        ready(Ok(()))
    }
}
