//! What needs no broker: the settings, and whether the program fits together.

use super::finding::Finding;
use crate::App;
use crate::cli::check;
use crate::cli::output::counted;
use crate::error::Error;
use crate::settings::{Layer, Settings};

/// They could not be loaded; the error names every problem with its place.
pub(super) fn no_settings(error: &Error) -> Finding {
    let advice = "mend them: each line names the key, its value and where it stands";
    Finding::fail("settings", error.report(), advice)
}

pub(super) fn settings(settings: &Settings) -> Finding {
    let set = settings.describe().filter(|key| key.layer != Layer::Default);
    let what = format!(
        "message_broker is {}; {} set, the others have their defaults",
        settings.message_broker.as_str(),
        counted(set.count(), "key")
    );
    Finding::ok("settings", what)
}

pub(super) fn fits(app: &App) -> Finding {
    match app.check() {
        Err(error) => Finding::fail("program", error.report(), "mend each line where it points to"),
        Ok(()) if app.workers().is_empty() && app.consumers().is_empty() => Finding::warn(
            "program",
            "no workers are registered, so `run` would be refused",
            "annotate a function with #[worker], or write `messaging::anchor!(the_crate);` for workers of a crate that is not named otherwise",
        ),
        Ok(()) => Finding::ok("program", check::fits(app)),
    }
}
