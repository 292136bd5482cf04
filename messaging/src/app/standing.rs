//! What an App is in its process.

/// What an App is in its process, and so what it decides there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The program with all that is registered.
    Program,
    /// One of the workers that were picked for it: others may run beside it.
    Picked,
    /// What runs a consumer by hand, which has settings of its own.
    ByHand,
}
