//! A mutex for values of which every change is one step: a panic of a holder leaves nothing half done, so that the next
//! one may go on.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Is never poisoned.
#[derive(Debug, Default)]
pub(crate) struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Lock<T> {
        Lock(Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
