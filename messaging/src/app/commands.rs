//! What the commands ask of an App that does not run.

use std::sync::Arc;

use super::{App, Resolved, connect};
use crate::broker::Broker;
use crate::error::{Kind, Result};
use crate::settings::Settings;
use crate::spec::{ConsumerSpec, WorkerSpec};

impl App {
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

    /// What stands before the name of every topic; empty when nothing does.
    pub(crate) fn topic_prefix(&self) -> Result<String> {
        Ok(self.settings()?.topic_prefix.clone().unwrap_or_default())
    }

    /// Each group with each topic that it has a handler for.
    pub(crate) fn handled(&self) -> Result<Vec<(String, String)>> {
        let each = |resolved: Resolved| {
            let group = resolved.group;
            let topics = resolved.sources.into_iter();
            topics.map(move |source| (group.clone(), source.topic))
        };
        Ok(self.resolved()?.into_iter().flat_map(each).collect())
    }

    /// Only the handlers of groups and topics of which this is true; a consumer reads only such topics.
    pub(crate) fn keeping_where(self, keep: impl Fn(&str, &str) -> bool) -> Result<App> {
        let settings = self.settings()?;
        let mut app = self.expecting_what_is_missing()?;
        app.workers.retain(|spec| {
            let handler = Resolved::new(spec.subject(), &settings);
            handler
                .sources
                .iter()
                .any(|source| keep(&handler.group, &source.topic))
        });
        for spec in &mut app.consumers {
            let consumer = Resolved::new(spec.subject(), &settings);
            let mut kept = consumer
                .sources
                .iter()
                .map(|source| keep(&consumer.group, &source.topic));
            spec.topics.retain(|_| kept.next().unwrap_or(false));
        }
        app.consumers.retain(|spec| !spec.topics.is_empty());
        Ok(app.without_strays())
    }

    /// What is expected is looked for in all that is registered, not in what a command keeps of it.
    fn expecting_what_is_missing(mut self) -> Result<App> {
        let resolved = self.resolved_consumers()?;
        let groups = resolved.iter().map(|consumer| &*consumer.group);
        let found = self.found(groups, &self.gathered());
        self.expected = self.expected.clone().missing(&found);
        Ok(self)
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
    pub(crate) fn keeping(self, names: &[String]) -> Result<App> {
        let kept = |kept: &str| names.iter().any(|name| name == kept);
        let mut app = self.expecting_what_is_missing()?;
        app.workers.retain(|worker| kept(worker.name()));
        app.consumers.retain(|consumer| kept(consumer.name()));
        Ok(app.without_strays())
    }

    /// All of them with this concurrency, whatever else was said of it.
    pub(crate) fn with_concurrency(mut self, concurrency: usize) -> App {
        for worker in &mut self.workers {
            worker.keys.concurrency = Some(concurrency);
        }
        for consumer in &mut self.consumers {
            consumer.keys.concurrency = Some(concurrency);
        }
        self.sources = self.sources.without_overrides("concurrency");
        self
    }

    /// Only the handlers whose consumer is there.
    fn without_strays(mut self) -> App {
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn handle(_: String) {}

    #[test]
    fn what_a_command_leaves_out_is_not_called_missing() {
        let all = || {
            App::empty()
                .worker(WorkerSpec::of("charge", "a", handle).group_id("g"))
                .worker(WorkerSpec::of("ship", "b", handle).group_id("h"))
                .configure([("message_broker", "memory")])
                .expect_workers(["charge", "ship", "refund"])
        };
        let one = all().keeping(&["charge".to_owned()]).unwrap();
        let of_group = all().keeping_where(|group, _| group == "g").unwrap();
        for left in [one, of_group] {
            let error = left.check().unwrap_err().report();
            assert!(error.contains("refund") && !error.contains("ship"), "{error}");
        }
    }
}
