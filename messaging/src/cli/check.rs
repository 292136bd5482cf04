//! `check`: whether everything fits together.

use super::output::{counted, say};
use crate::App;
use crate::error::Result;

pub(super) fn run(app: &App) -> Result<()> {
    app.check()?;
    say(&format!("{}\n", fits(app)))
}

/// What is said of a program without problems.
pub(super) fn fits(app: &App) -> String {
    let workers = counted(app.workers().len(), "worker");
    let consumers = match app.consumers().len() {
        0 => String::new(),
        count => format!(", {}", counted(count, "consumer")),
    };
    format!("{workers}{consumers} and the settings fit together")
}
