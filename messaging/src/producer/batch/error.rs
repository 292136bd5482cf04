//! Which messages of a batch failed.

use std::fmt;

use crate::error::{Error, Kind, Result};

/// The messages of a batch that failed: see [`Error::failed_messages`].
pub struct BatchError {
    failed: Vec<(usize, Error)>,
    of: usize,
}

impl BatchError {
    /// Each that failed, by its index in the batch, and why.
    pub fn failed(&self) -> &[(usize, Error)] {
        &self.failed
    }

    /// How many did not fail.
    pub fn sent(&self) -> usize {
        self.of - self.failed.len()
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, of) = (self.failed.len(), self.of);
        let first = self.failed.first().map_or(0, |(index, _)| *index);
        write!(
            f,
            "{count} of {of} messages of the batch were not written, the first at index {first}"
        )
    }
}

impl fmt::Debug for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::outcome::describe(self))
    }
}

impl std::error::Error for BatchError {
    /// Why the first failed.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let (_, error) = self.failed.first()?;
        Some(error)
    }
}

/// The failures of a batch so far.
#[derive(Default)]
pub(super) struct Failures(Vec<(usize, Error)>);

impl Failures {
    pub(super) fn add(&mut self, index: usize, error: Error) {
        self.0.push((index, error));
    }

    /// # Errors
    /// When there are any, beside so many that did not fail.
    pub(super) fn none_of(self, others: usize) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let of = others + self.0.len();
        Err(Kind::Batch(BatchError { failed: self.0, of }).into())
    }
}
