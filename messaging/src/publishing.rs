//! What `#[producer]` and `#[event]` do at run time.
//!
//! | file | what it holds |
//! |---|---|
//! | `source` | what a function may return to be published |
//! | `publication` | how it is published |

mod publication;
mod source;

pub use publication::{Publication, no_answer, publish_or_fail, publish_or_log};
pub use source::{EventSource, Fails};
