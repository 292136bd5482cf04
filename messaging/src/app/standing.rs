//! What an App is in its process, and what others in it are called.

use std::collections::BTreeSet;

use crate::lock::Lock;

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

/// The names of all workers and consumers that were made by hand in this process. An operator who names one of them is
/// right, whichever App reads it.
static MADE_BY_HAND: Lock<BTreeSet<String>> = Lock::new(BTreeSet::new());

/// Remembers one for as long as the process lives.
pub(crate) fn made_by_hand(name: &str) {
    MADE_BY_HAND.lock().insert(name.to_owned());
}

pub(crate) fn names_made_by_hand() -> BTreeSet<String> {
    MADE_BY_HAND.lock().clone()
}
