//! What the tests hang on records.

use crate::delivery::{Freight, Slot, Stage};

#[derive(Clone, Debug)]
pub(super) struct Load;

/// A record by its place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) slot: Slot,
    pub(super) offset: i64,
}

/// What the handler of `of` made in one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) of: Id,
    pub(super) attempt: u32,
    pub(super) count: u32,
}

impl Freight for Load {
    type Record = Id;
    type Outputs = Made;
    type Cause = &'static str;
}

impl Stage for Made {
    fn count(&self) -> u32 {
        self.count
    }

    fn bytes(&self) -> usize {
        self.count as usize * 2
    }
}
