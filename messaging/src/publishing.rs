//! What `#[producer]` and `#[event]` do at run time.
//!
//! | file | what it holds |
//! |---|---|
//! | `source` | what a function may return to be published |
//! | `publication` | how it is published |

mod publication;
mod source;

#[doc(hidden)]
pub use publication::{KeyBy, Sending, no_answer, or_fail, or_log, send_event, send_plain};
pub use source::{EventSource, Fails};
