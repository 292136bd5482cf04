//! `check`: whether everything fits together.

use crate::App;
use crate::error::Result;

pub(super) fn run(app: &App) -> Result<()> {
    app.check()?;
    let count = app.workers().len();
    println!(
        "{count} {} and the settings fit together",
        if count == 1 { "worker" } else { "workers" }
    );
    Ok(())
}
