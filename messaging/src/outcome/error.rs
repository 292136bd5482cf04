//! How an error decides what happens to its record.

use std::any::Any;
use std::error::Error as StdError;
use std::time::Duration;

use super::{Classify, Failure, Verdict};
use crate::BoxError;

/// An error by which a handler says what is to happen to its record. Any error may carry it as a source:
///
/// ```
/// # use std::time::Duration;
/// use messaging::HandlerError;
///
/// fn charge(amount: i64) -> Result<(), HandlerError> {
///     if amount < 0 {
///         return Err(HandlerError::reject("the amount is negative"));
///     }
///     Err(HandlerError::retry_after(Duration::from_secs(30)))
/// }
/// # let _ = charge(1);
/// ```
///
/// `#[error(transparent)]` hides it, because such an error reports the source of its source; use `classify` there.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct HandlerError {
    why: String,
    verdict: Verdict,
}

impl HandlerError {
    /// Try again after `delay` instead of the worker's; it counts as a retry.
    pub fn retry_after(delay: Duration) -> HandlerError {
        HandlerError {
            why: format!("try again in {delay:?}"),
            verdict: Verdict::RetryAfter(delay),
        }
    }

    /// Give the record up now; by `on_exhausted` it goes to the dead letter topic.
    pub fn reject(why: impl Into<String>) -> HandlerError {
        HandlerError {
            why: why.into(),
            verdict: Verdict::Reject,
        }
    }

    /// Call the record done; it is logged at info and never dead-lettered.
    pub fn skip(why: impl Into<String>) -> HandlerError {
        HandlerError {
            why: why.into(),
            verdict: Verdict::Skip,
        }
    }

    /// What is to happen.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }
}

/// What a returned error says about its record.
pub(crate) fn judge<E: Into<BoxError> + 'static>(error: E, classify: Classify<E>) -> Failure {
    if let Some(classify) = classify {
        let verdict = classify(&error);
        return Failure::returned(verdict, error.into());
    }
    // Boxing hides the root of an `anyhow::Error`, so it is looked at before.
    let hidden = verdict_before_boxing(&error);
    let error = error.into();
    let verdict = hidden
        .or_else(|| verdict_in(error.as_ref()))
        .unwrap_or(Verdict::Retry);
    Failure::returned(verdict, error)
}

#[cfg(feature = "anyhow")]
fn verdict_before_boxing(error: &dyn Any) -> Option<Verdict> {
    let chain = error.downcast_ref::<anyhow::Error>()?;
    // `downcast_ref` on the whole also finds a `HandlerError` that was given as context.
    let direct = chain.downcast_ref::<HandlerError>().map(|e| e.verdict);
    direct.or_else(|| {
        chain
            .chain()
            .find_map(|cause| cause.downcast_ref::<HandlerError>().map(|e| e.verdict))
    })
}

#[cfg(not(feature = "anyhow"))]
fn verdict_before_boxing(_: &dyn Any) -> Option<Verdict> {
    None
}

fn verdict_in(error: &(dyn StdError + 'static)) -> Option<Verdict> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<HandlerError>() {
            return Some(found.verdict);
        }
        next = error.source();
    }
    None
}
