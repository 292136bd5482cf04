//! Where a panic of user code ends.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Calls user code. A panic in it comes back as its text.
///
/// What the call leaves half done must not be used any more, but to drop it.
pub(crate) fn caught<R>(call: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(text_of)
}

fn text_of(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("no message").to_owned();
    // It may be anything, with a destructor that panics.
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        mem::forget(again);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::*;

    #[test]
    fn a_panic_is_its_text_if_it_has_one() {
        assert_eq!(caught(|| 7), Ok(7));
        assert_eq!(caught(|| panic!("plain")), Err::<(), _>("plain".to_owned()));
        assert_eq!(caught(|| panic!("made {}", 1)), Err::<(), _>("made 1".to_owned()));
        assert_eq!(caught(|| panic_any(7)), Err::<(), _>("no message".to_owned()));
    }

    #[test]
    fn a_panic_that_panics_when_it_is_dropped_ends_here_too() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic_any(Bomb);
            }
        }
        assert_eq!(caught(|| panic_any(Bomb)), Err::<(), _>("no message".to_owned()));
    }
}
