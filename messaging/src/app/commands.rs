//! What the commands ask of an App that does not run.

use super::{App, Resolved};
use crate::error::Result;
use crate::settings::Settings;

impl App {
    /// The settings that count for this App.
    pub(crate) fn settings(&self) -> Result<Settings> {
        Ok(Settings::load(&self.sources)?)
    }

    /// Every worker with all its keys decided.
    pub(crate) fn resolved(&self) -> Result<Vec<Resolved>> {
        let settings = self.settings()?;
        let resolve = |spec| Resolved::new(spec, &settings);
        Ok(self.workers.iter().map(resolve).collect())
    }

    /// Only the workers of these names.
    pub(crate) fn keeping(mut self, names: &[String]) -> App {
        self.workers
            .retain(|worker| names.iter().any(|name| name == worker.name()));
        self
    }
}
