//! `check`: whether everything fits together.

use super::output::{counted, say};
use crate::App;
use crate::error::Result;

pub(super) fn run(app: &App) -> Result<()> {
    app.check()?;
    let workers = counted(app.workers().len(), "worker");
    let consumers = match app.consumers().len() {
        0 => String::new(),
        count => format!(", {}", counted(count, "consumer")),
    };
    say(&format!("{workers}{consumers} and the settings fit together\n"))
}
