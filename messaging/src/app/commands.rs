//! What the commands ask of an App that does not run.

use std::sync::Arc;

use super::{App, Resolved, connect};
use crate::broker::Broker;
use crate::error::{Kind, Result};
use crate::settings::Settings;
use crate::spec::{ConsumerSpec, WorkerSpec};

impl App {
    /// The settings.
    pub(crate) fn settings(&self) -> Result<Settings> {
        Ok(Settings::load(&self.sources)?)
    }

    /// Every worker and consumer with all its keys decided.
    pub(crate) fn resolved(&self) -> Result<Vec<Resolved>> {
        Ok(self.resolved_by(&self.settings()?))
    }

    /// As [`App::resolved`], by settings that were loaded before.
    pub(crate) fn resolved_by(&self, settings: &Settings) -> Vec<Resolved> {
        let workers = self.workers.iter().map(WorkerSpec::subject);
        let subjects = workers.chain(self.consumers.iter().map(ConsumerSpec::subject));
        subjects.map(|subject| Resolved::new(subject, settings)).collect()
    }

    /// Every consumer with all its keys decided, in the order of [`App::gathered`].
    pub(crate) fn resolved_consumers(&self) -> Result<Vec<Resolved>> {
        let settings = self.settings()?;
        let subjects = self.consumers.iter().map(ConsumerSpec::subject);
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

    /// The settings, and the broker that they name, once it has answered. It is asked only once.
    pub(crate) async fn reached_once(&self) -> Result<(Settings, Arc<dyn Broker>)> {
        let settings = self.settings()?;
        let broker = self.broker_of(&settings).ok_or(Kind::Disabled)?;
        connect::reach_once(&*broker).await?;
        Ok((settings, broker))
    }
}
