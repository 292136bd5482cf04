//! An App with everything decided and nothing connected: [`Plan`].

use std::collections::BTreeSet;
use std::sync::Arc;

use super::topics::LateTopics;
use super::{Given, Resolved, Standing, topics};
use crate::broker::Broker;
use crate::check::{Built, Problem, Problems, check, overrides};
use crate::consumer::Made;
use crate::error::{Kind, Result};
use crate::handler::Hooks;
use crate::producer::Producer;
use crate::settings::Settings;
use crate::spec::EventHandlerSpec;

/// An App whose settings, workers and handlers are made, before anything is connected.
pub(super) struct Plan {
    pub(super) settings: Settings,
    pub(super) standing: Standing,
    pub(super) given: Vec<Given>,
    /// Workers and consumers.
    pub(super) workers: Vec<Planned>,
    /// The handlers of events, each with its consumer.
    pub(super) events: Vec<(String, EventHandlerSpec)>,
    /// What does not fit between consumers and handlers.
    pub(super) problems: Vec<Problem>,
    pub(super) broker: Option<Arc<dyn Broker>>,
    pub(super) producer: Producer,
}

pub(super) struct Planned {
    pub(super) resolved: Resolved,
    pub(super) made: Made,
    pub(super) hooks: Option<Arc<dyn Hooks>>,
}

impl Plan {
    pub(super) fn check(&self) -> Result<()> {
        let built: Vec<Built<'_>> = self
            .workers
            .iter()
            .map(|worker| (&worker.resolved, worker.made.as_deref().map_err(Vec::as_slice)))
            .collect();
        let mut problems = check(&self.settings, self.standing, &self.given, &built);
        problems.extend(self.problems.iter().cloned());
        match Problems::new(problems) {
            Some(problems) => Err(Kind::Check(problems).into()),
            None => Ok(()),
        }
    }

    pub(super) fn resolved(&self) -> Vec<&Resolved> {
        self.workers.iter().map(|worker| &worker.resolved).collect()
    }

    /// Says what looks wrong in the settings, and what was found: every worker, its topics, its group and where the
    /// group's name came from.
    pub(super) fn announce(&self) {
        let judged = overrides::judge(&self.settings, &self.resolved(), self.standing);
        for warning in self.settings.warnings().iter().chain(&judged.warnings) {
            tracing::warn!("{warning}");
        }
        if cfg!(panic = "abort") {
            tracing::warn!("the program is built with panic = \"abort\": a panic in a handler ends it");
        }
        for worker in self.resolved() {
            let output = worker.output.as_ref().map(|output| output.topic.as_str());
            let dlq = worker.dead_letters().then(|| worker.dlq_topics().join(", "));
            let rules = worker.keys();
            tracing::info!(worker = %worker.name, topic = worker.topics(), output, group = %worker.group,
                group_from = worker.group_from, concurrency = rules.concurrency, dlq, overridden = worker.overridden(),
                place = %worker.place, "{} found", worker.kind);
        }
        self.announce_events();
    }

    fn announce_events(&self) {
        for (consumer, handler) in &self.events {
            tracing::info!(%consumer, event = handler.event(), handler = handler.name(), place = %handler.place(), "event handler found");
        }
    }

    /// What makes the dead letter topics of those that are absent; nothing where none is to be made.
    pub(super) fn late_topics(&self, absent: &BTreeSet<String>) -> Option<LateTopics> {
        let broker = self.broker.clone()?;
        let makes = self.settings.kafka_dlq_auto_create && !absent.is_empty();
        makes.then(|| LateTopics::new(broker, self.resolved().into_iter().cloned().collect()))
    }

    /// Gives the topics that it named as absent.
    pub(super) async fn prepare(&self, broker: &dyn Broker) -> BTreeSet<String> {
        let resolved = self.resolved();
        match broker.admin() {
            Ok(admin) => {
                let makes_topics = broker.capabilities().makes_topics;
                let create = self.settings.kafka_dlq_auto_create;
                // Beside the rest of the start: it asks before the group can have joined.
                let of_groups = resolved.iter().copied().cloned().collect();
                tokio::spawn(topics::announce_new_groups(admin.clone(), of_groups));
                topics::prepare(&*admin, &resolved, create, makes_topics).await
            }
            Err(error) => {
                let error = crate::outcome::describe(&error);
                tracing::warn!(%error, "topics and groups could not be looked at");
                BTreeSet::new()
            }
        }
    }
}
