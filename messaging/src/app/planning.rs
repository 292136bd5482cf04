//! From an App to its plan: settings, broker and handlers are made, and nothing is connected.

use std::future::Future;
use std::sync::Arc;

use super::plan::{Plan, Planned};
use super::{App, Resolved, broker_by_hand, connect, consumers};
use crate::broker::Broker;
use crate::check::lacks;
use crate::consumer::{Made, router};
use crate::error::{Kind, Result};
use crate::extract::{Context, States};
use crate::producer::Producer;
use crate::settings::{MessageBroker, Settings, Sources};
use crate::spec::{Subject, WorkerSpec};

impl App {
    pub(super) fn plan(&self) -> Result<Plan> {
        let settings = self.settings()?;
        let broker = self.broker_of(&settings);
        let callback = self.on_publish_failure.clone();
        let producer = Producer::new(broker.clone(), settings.clone(), callback);
        let context = Context::new(Arc::new(self.states_with_defaults()), producer.clone());
        let gathered = self.gathered();
        let workers = self.workers.iter().map(|spec| {
            let make = |resolved: &Resolved| made(spec, resolved, &context);
            self.planned(spec.subject(), &settings, make)
        });
        let consumers = gathered.iter().map(|consumer| {
            let make =
                |resolved: &Resolved| router(consumer, &context.for_worker(resolved.timeout, None, false));
            self.planned(consumer.spec.subject(), &settings, make)
        });
        let (workers, consumers): (Vec<_>, Vec<_>) = (workers.collect(), consumers.collect());
        let mut problems = crate::check::consumers::problems(&gathered, &self.event_handlers);
        let groups = consumers.iter().map(|consumer| &*consumer.resolved.group);
        let found = self.found(groups, &gathered);
        problems.extend(self.expected.clone().missing(&found).problems());
        Ok(Plan {
            workers: workers.into_iter().chain(consumers).collect(),
            events: consumers::events(&gathered),
            problems,
            settings,
            standing: self.standing,
            given: self.given.clone(),
            broker,
            producer,
        })
    }

    /// The values of the program, and the defaults of those whose methods are handlers.
    fn states_with_defaults(&self) -> States {
        let mut states = self.states.clone();
        let of_workers = self.workers.iter().filter_map(|worker| worker.fallback.as_ref());
        let of_handlers = self.handlers().filter_map(|handler| handler.fallback.as_ref());
        let defaults = of_workers.chain(of_handlers);
        defaults.for_each(|fallback| fallback(&mut states));
        states
    }

    /// The settings that count for this App.
    pub(crate) fn settings(&self) -> Result<Settings> {
        match &self.settings {
            Some(loaded) => Ok(loaded.clone()),
            None => Ok(Settings::load(&self.sources)?),
        }
    }

    /// Reaches the broker once, and starts nothing.
    pub(crate) fn reach(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        let reached = self
            .settings()
            .map(|settings| (self.broker_of(&settings), settings));
        async move {
            let (broker, settings) = reached?;
            connect::reach(&*broker.ok_or(Kind::Disabled)?, &settings).await
        }
    }

    /// The broker; `None` when messaging is switched off.
    pub(super) fn broker_of(&self, settings: &Settings) -> Option<Arc<dyn Broker>> {
        if self.broker.get().is_none()
            && let Some(made) = connect::broker(settings)
        {
            let _ = self.broker.set(made);
        }
        self.broker.get().cloned()
    }

    fn planned(
        &self,
        spec: Subject<'_>,
        settings: &Settings,
        make: impl FnOnce(&Resolved) -> Made,
    ) -> Planned {
        let resolved = Resolved::new(spec, settings);
        let made = make(&resolved);
        let hooks = made.as_ref().ok().and_then(|handler| handler.hooks());
        let wrap = |inner| {
            self.layers
                .iter()
                .rev()
                .fold(inner, |inner, layer| layer.layer(&resolved.name, inner))
        };
        let made = made.map(wrap);
        Planned {
            resolved,
            made,
            hooks,
        }
    }
}

/// The handler of a worker.
fn made(spec: &WorkerSpec, resolved: &Resolved, context: &Context) -> Made {
    let key_of = resolved.output.as_ref().and_then(|output| output.key_of);
    let made = spec.make(&context.for_worker(resolved.timeout, key_of, resolved.batch_keys));
    made.map_err(|missing| missing.iter().map(|missing| lacks(resolved, missing)).collect())
}

/// The producer of a process in which no App has started, made from the environment. On memory it writes to what is
/// connected by hand; unless somebody is said to read there, that is refused.
pub(crate) fn producer_from_environment(on_memory: bool) -> Result<Producer> {
    let settings = Settings::load(&Sources::from_process())?;
    if settings.message_broker == MessageBroker::Memory && !on_memory {
        return Err(Kind::NotStarted.into());
    }
    Ok(Producer::new(broker_by_hand(&settings), settings, None))
}
