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
/// It may keep the error that it comes from, which the log and the dead letter then tell as well:
///
/// ```
/// use messaging::HandlerError;
///
/// fn amount(text: &str) -> Result<i64, HandlerError> {
///     let cents = text.parse::<i64>();
///     cents.map_err(|error| HandlerError::reject("the amount is no number").caused_by(error))
/// }
/// # assert!(std::error::Error::source(&amount("x").unwrap_err()).is_some());
/// ```
///
/// For `?` on any error, return [`BoxError`], into which a `HandlerError` goes as well.
///
/// `#[error(transparent)]` hides it, because such an error reports the source of its source; use `classify` there.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct HandlerError {
    why: String,
    verdict: Verdict,
    #[source]
    cause: Option<BoxError>,
}

impl HandlerError {
    /// Try again after the worker's delay, as long as tries are left: what any other error means, with a text of yours.
    pub fn retry(why: impl Into<String>) -> HandlerError {
        HandlerError::saying(Verdict::Retry, why.into())
    }

    /// Try again after `delay` instead of the worker's, as long as tries are left; it counts as a retry. Say why by
    /// [`because`](HandlerError::because).
    pub fn retry_after(delay: Duration) -> HandlerError {
        HandlerError::saying(Verdict::RetryAfter(delay), format!("try again in {delay:?}"))
    }

    /// Give the record up now; by `on_exhausted` it goes to the dead letter topic.
    pub fn reject(why: impl Into<String>) -> HandlerError {
        HandlerError::saying(Verdict::Reject, why.into())
    }

    /// Call the record done; it is logged at info and never dead-lettered.
    pub fn skip(why: impl Into<String>) -> HandlerError {
        HandlerError::saying(Verdict::Skip, why.into())
    }

    fn saying(verdict: Verdict, why: String) -> HandlerError {
        HandlerError {
            why,
            verdict,
            cause: None,
        }
    }

    /// Says why, in place of what was said before. It is what the log, the dead letter and `dlq show` tell.
    pub fn because(mut self, why: impl Into<String>) -> HandlerError {
        self.why = why.into();
        self
    }

    /// Keeps the error that it comes from as its source; the log and the dead letter tell both.
    pub fn caused_by(mut self, cause: impl Into<BoxError>) -> HandlerError {
        self.cause = Some(cause.into());
        self
    }

    /// What is to happen.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }
}

/// A send that failed is tried again with its record, so that `?` on it fits a handler of this error.
impl From<crate::Error> for HandlerError {
    fn from(error: crate::Error) -> HandlerError {
        HandlerError::retry(error.to_string()).caused_by(error)
    }
}

/// One that is in there stays as it is; any other error is tried again.
impl From<BoxError> for HandlerError {
    fn from(error: BoxError) -> HandlerError {
        let error = match error.downcast::<HandlerError>() {
            Ok(own) => return *own,
            Err(other) => other,
        };
        let verdict = verdict_in(error.as_ref()).unwrap_or(Verdict::Retry);
        HandlerError::saying(verdict, error.to_string()).caused_by(error)
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
