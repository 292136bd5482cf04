//! `check`: whether everything fits together.

use super::output::{counted, say};
use crate::App;
use crate::error::Result;

pub(super) fn run(app: &App) -> Result<()> {
    app.check()?;
    let workers = counted(app.workers().len(), "worker");
    say(&format!("{workers} and the settings fit together\n"))
}
