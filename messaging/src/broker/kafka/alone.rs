//! A value with a cache line of its own.

use std::ops::Deref;

/// What one thread writes for each message, another one does not share a line with: the line would go to and fro
/// between their processors. Two lines, for processors that fetch in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Alone<T>(pub(super) T);

impl<T> Deref for Alone<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
