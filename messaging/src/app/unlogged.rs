//! What is said on standard error when nobody takes the log: what stopped an App, which may never be joined, and where
//! the rest of the log is.

use std::fmt::Display;
use std::io::Write;
use std::sync::Once;

use tracing::dispatcher::get_default;
use tracing::subscriber::NoSubscriber;

/// Says that the log is missing, once in a process.
pub(super) fn tell_how_to_log() {
    static TOLD: Once = Once::new();
    if is_unlogged() {
        TOLD.call_once(|| {
            say(&"nothing takes the log; install a subscriber of `tracing`, for example by `messaging::init_log()`, or call `App::cli` instead of `App::run`");
        });
    }
}

/// Says what stops an App.
pub(super) fn tell_stop(error: &dyn Display) {
    if is_unlogged() {
        say(&format_args!("the program stops: {error}"));
    }
}

fn is_unlogged() -> bool {
    get_default(|subscriber| subscriber.is::<NoSubscriber>())
}

fn say(what: &dyn Display) {
    // `eprintln` would panic when nobody reads it any more.
    let _ = writeln!(std::io::stderr(), "messaging: {what}");
}
