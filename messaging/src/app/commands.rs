//! What the commands ask of an App that does not run.

use std::sync::Arc;

use super::{App, Resolved, connect};
use crate::broker::Broker;
use crate::error::{Kind, Result};
use crate::settings::Settings;

impl App {
    /// The settings that count for this App.
    pub(crate) fn settings(&self) -> Result<Settings> {
        Ok(Settings::load(&self.sources)?)
    }

    /// Every worker with all its keys decided.
    pub(crate) fn resolved(&self) -> Result<Vec<Resolved>> {
        Ok(self.resolved_by(&self.settings()?))
    }

    /// As [`App::resolved`], by settings that were loaded before.
    pub(crate) fn resolved_by(&self, settings: &Settings) -> Vec<Resolved> {
        let resolve = |spec| Resolved::new(spec, settings);
        self.workers.iter().map(resolve).collect()
    }

    /// What stands before the name of every topic; empty when nothing does.
    pub(crate) fn topic_prefix(&self) -> Result<String> {
        Ok(Settings::load(&self.sources)?
            .topic_prefix
            .clone()
            .unwrap_or_default())
    }

    /// Each group with each topic that it has a handler for.
    pub(crate) fn handled(&self) -> Result<Vec<(String, String)>> {
        let resolved = self.resolved()?.into_iter();
        Ok(resolved.map(|handler| (handler.group, handler.topic)).collect())
    }

    /// Only the handlers of groups and topics of which this is true.
    pub(crate) fn keeping_where(mut self, keep: impl Fn(&str, &str) -> bool) -> Result<App> {
        let settings = Settings::load(&self.sources)?;
        self.workers.retain(|spec| {
            let handler = Resolved::new(spec, &settings);
            keep(&handler.group, &handler.topic)
        });
        Ok(self)
    }

    /// Only the workers of these names.
    pub(crate) fn keeping(mut self, names: &[String]) -> App {
        self.workers
            .retain(|worker| names.iter().any(|name| name == worker.name()));
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
