//! What an App is in its process, and what others in it are called.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What an App is in its process, and so what it decides there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The program with all that is registered.
    Program,
    /// One of the workers that were picked for it: others may run beside it.
    Picked,
    /// What runs a consumer by hand, which has settings of its own.
    ByHand,
}

/// The names of all workers and consumers that were made by hand in this process. An operator who names one of them is right,
/// whichever App reads it.
static MADE_BY_HAND: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Remembers one for as long as the process lives.
pub(crate) fn made_by_hand(name: &str) {
    lock().insert(name.to_owned());
}

pub(crate) fn names_made_by_hand() -> BTreeSet<String> {
    lock().clone()
}

fn lock() -> MutexGuard<'static, BTreeSet<String>> {
    // Every change is one step, so that a panic of another holder leaves nothing half done.
    MADE_BY_HAND.lock().unwrap_or_else(PoisonError::into_inner)
}
