//! What the commands ask of an App that does not run.

use std::sync::Arc;

use super::{App, Resolved};
use crate::broker::Broker;
use crate::error::{Kind, Result};
use crate::settings::{MessageBroker, Settings};

impl App {
    /// Every worker with all its keys decided.
    pub(crate) fn resolved(&self) -> Result<Vec<Resolved>> {
        let settings = Settings::load(&self.sources)?;
        let resolve = |spec| Resolved::new(spec, &settings);
        Ok(self.workers.iter().map(resolve).collect())
    }

    /// The settings, and the broker they name. A memory broker is refused unless the program made it: it is empty in each
    /// process, so that a command would look at nothing.
    pub(crate) fn opened(&self) -> Result<(Settings, Arc<dyn Broker>)> {
        let settings = Settings::load(&self.sources)?;
        if self.broker.get().is_none() && settings.message_broker == MessageBroker::Memory {
            let text = "message_broker is memory, whose records live and end with the program that runs the workers; for \
                        this command set it to another broker";
            return Err(Kind::Usage(text.to_owned()).into());
        }
        let broker = self.broker_of(&settings).ok_or(Kind::Disabled)?;
        Ok((settings, broker))
    }

    /// What stands before the name of every topic; empty when nothing does.
    pub(crate) fn topic_prefix(&self) -> Result<String> {
        Ok(Settings::load(&self.sources)?
            .topic_prefix
            .clone()
            .unwrap_or_default())
    }

    /// Only the workers of which this is true, with all their keys decided.
    pub(crate) fn keeping_where(mut self, keep: impl Fn(&Resolved) -> bool) -> Result<App> {
        let settings = Settings::load(&self.sources)?;
        self.workers.retain(|spec| keep(&Resolved::new(spec, &settings)));
        Ok(self)
    }

    /// Only the workers of these names.
    pub(crate) fn keeping(mut self, names: &[String]) -> App {
        self.workers
            .retain(|worker| names.iter().any(|name| name == worker.name()));
        self
    }
}
