//! What the commands ask of an App that does not run.

use super::{App, Resolved};
use crate::error::Result;
use crate::spec::{ConsumerSpec, WorkerSpec};

impl App {
    /// Every worker and consumer with all its keys decided.
    pub(crate) fn resolved(&self) -> Result<Vec<Resolved>> {
        let settings = self.settings()?;
        let workers = self.workers.iter().map(WorkerSpec::subject);
        let subjects = workers.chain(self.consumers.iter().map(ConsumerSpec::subject));
        Ok(subjects
            .map(|subject| Resolved::new(subject, &settings))
            .collect())
    }

    /// Only the workers and consumers of these names.
    pub(crate) fn keeping(mut self, names: &[String]) -> App {
        let kept = |kept: &str| names.iter().any(|name| name == kept);
        self.workers.retain(|worker| kept(worker.name()));
        self.consumers.retain(|consumer| kept(consumer.name()));
        let mut handlers = std::mem::take(&mut self.event_handlers);
        handlers.retain(|handler| self.owns(handler));
        self.event_handlers = handlers;
        self
    }
}
