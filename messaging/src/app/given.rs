//! Values for handlers as the program gave them, kept for the check: handlers ask by type and see one of each.

use std::any::{TypeId, type_name};

use crate::spec::Place;

/// One value that the program gives its handlers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    pub(crate) how: &'static str,
    pub(crate) what: &'static str,
    pub(crate) place: Place,
    of: TypeId,
}

impl Given {
    #[track_caller]
    pub(super) fn new<T: 'static>(how: &'static str) -> Given {
        Given {
            how,
            what: type_name::<T>(),
            place: Place::of_caller(),
            of: TypeId::of::<T>(),
        }
    }

    /// Whether handlers see only one of both. A ready value may stand for one that would have to be made.
    pub(crate) fn repeats(&self, other: &Given) -> bool {
        (self.of, self.how) == (other.of, other.how)
    }
}
