//! [`App`]: discover, check, start.

use std::any::type_name;
use std::future::Future;
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;

use crate::BoxError;
use crate::broker::{Broker, NewTopic};
use crate::check::expected::Expected;
use crate::check::lacks;
use crate::consumer::{Made, router};
use crate::error::{Error, Kind, Result};
use crate::extract::{Context, States};
use crate::handler::ErasedHandler;
use crate::producer::{OnFailure, Producer};
use crate::registry;
use crate::runtime::observer::Observer;
use crate::settings::{MessageBroker, SettingValue, Settings, Sources};
use crate::spec::{ConsumerSpec, EventHandlerSpec, Subject, WorkerSpec};

mod absent;
#[cfg(feature = "cli")]
mod commands;
mod connect;
mod consumers;
mod expected;
mod given;
mod group;
mod plan;
mod resolve;
mod running;
#[cfg(all(test, feature = "kafka"))]
mod settings_tests;
mod shutdown;
mod signals;
mod topics;
mod watchdog;

pub(crate) use absent::lacking;
pub(crate) use connect::{broker_by_hand, reach};
pub(crate) use given::Given;
use plan::{Plan, Planned};
#[cfg(feature = "cli")]
pub(crate) use resolve::Fact;
pub(crate) use resolve::Resolved;
pub use running::Running;
pub use shutdown::shutdown;
pub(crate) use signals::Signals;

/// Wraps the handlers of workers: middleware. Without layers nothing is wrapped.
pub trait Layer: Send + Sync {
    /// The handler that takes the place of `inner` for the worker of this name.
    fn layer(&self, worker: &str, inner: Arc<dyn ErasedHandler>) -> Arc<dyn ErasedHandler>;
}

type Provide = Box<dyn FnOnce() -> BoxFuture<'static, Result<()>> + Send>;

/// A program of workers and consumers.
///
/// ```standalone_crate
/// # use serde::{Serialize, Deserialize};
/// use messaging::prelude::*;
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct Greeting { name: String }
///
/// #[worker(topic = "greetings")]
/// async fn greet(greeting: Greeting) {
///     println!("hello, {}", greeting.name);
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> messaging::Result<()> {
/// let mut running = App::new().defaults([("message_broker", "memory")]).start().await?;
/// running.ready().await;
/// publish("greetings", &Greeting { name: "world".into() }).await?;
/// running.stop();
/// running.join().await
/// # }
/// ```
pub struct App {
    workers: Vec<WorkerSpec>,
    consumers: Vec<ConsumerSpec>,
    /// Those that name their consumer.
    event_handlers: Vec<EventHandlerSpec>,
    expected: Expected,
    states: States,
    given: Vec<Given>,
    provided: Vec<Provide>,
    sources: Sources,
    /// Those of a program that has loaded them itself; the sources are not read then.
    settings: Option<Settings>,
    layers: Vec<Arc<dyn Layer>>,
    observer: Option<Arc<dyn Observer>>,
    on_publish_failure: Option<OnFailure>,
    /// Made at first use, and then the same for everything this App does.
    broker: OnceLock<Arc<dyn Broker>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("workers", &self.workers)
            .field("consumers", &self.consumers)
            .finish_non_exhaustive()
    }
}

impl Default for App {
    fn default() -> App {
        App::new()
    }
}

impl App {
    /// All workers and consumers that are registered in this program, and settings from the environment, `.env` and
    /// `messaging.toml`.
    pub fn new() -> App {
        App {
            workers: registry::workers(),
            consumers: registry::consumers(),
            event_handlers: registry::event_handlers(),
            ..App::empty()
        }
    }

    /// No workers and no consumers; add them with [`App::worker`] and [`App::consumer`].
    pub fn empty() -> App {
        App {
            workers: Vec::new(),
            consumers: Vec::new(),
            event_handlers: Vec::new(),
            expected: Expected::default(),
            states: States::default(),
            given: Vec::new(),
            provided: Vec::new(),
            sources: Sources::from_process(),
            settings: None,
            layers: Vec::new(),
            observer: None,
            on_publish_failure: None,
            broker: OnceLock::new(),
        }
    }

    /// No workers and no consumers, with settings that are loaded already, and the broker they name.
    pub(crate) fn of(settings: Settings, broker: Option<Arc<dyn Broker>>) -> App {
        App {
            settings: Some(settings),
            broker: broker.map_or_else(OnceLock::new, OnceLock::from),
            ..App::empty()
        }
    }

    /// Only the registered workers and consumers of these names: a test binary links every worker of its crate.
    ///
    /// # Panics
    /// When there is none of a name; the message lists those there are.
    pub fn only<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> App {
        let mut app = App::empty();
        for name in names {
            app.take_registered(name.as_ref());
        }
        let handlers = registry::event_handlers().into_iter();
        let (event_handlers, _) = handlers.partition(|handler| app.owns(handler));
        App {
            event_handlers,
            ..app
        }
    }

    /// All of the name: that there are two is for the check to say.
    fn take_registered(&mut self, name: &str) {
        let (mut workers, mut consumers) = (registry::workers(), registry::consumers());
        let known = workers.iter().map(WorkerSpec::name);
        let known: Vec<&str> = known.chain(consumers.iter().map(ConsumerSpec::name)).collect();
        assert!(
            known.contains(&name),
            "there is no worker \"{name}\"; registered are: {}",
            known.join(", ")
        );
        workers.retain(|worker| worker.name() == name);
        consumers.retain(|consumer| consumer.name() == name);
        self.workers.extend(workers);
        self.consumers.extend(consumers);
    }

    /// Adds a worker by hand.
    pub fn worker(mut self, spec: WorkerSpec) -> App {
        self.workers.push(spec);
        self
    }

    /// Gives handlers a value, for `State<T>`. The check refuses a second one of its type.
    #[track_caller]
    pub fn state<T: Send + Sync + 'static>(mut self, value: T) -> App {
        self.given.push(Given::new::<T>(".state(value)"));
        // A second one of a type is for the check to refuse.
        self.states.slot::<T>().set(value);
        self
    }

    /// Gives handlers a value that has to be made first, such as a connection. It is awaited when the App starts,
    /// not for `workers` or `check`. One of its type that is ready, given with [`App::state`], stands for it; the check
    /// refuses a second one that has to be made.
    #[track_caller]
    pub fn provide<T, E, F, Fut>(mut self, make: F) -> App
    where
        T: Send + Sync + 'static,
        E: Into<BoxError>,
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = std::result::Result<T, E>> + Send + 'static,
    {
        self.given.push(Given::new::<T>(".provide(make)"));
        let slot = self.states.slot::<T>();
        self.provided.push(Box::new(move || {
            Box::pin(async move {
                let what = type_name::<T>();
                let value = make().await.map_err(|error| Kind::Provide {
                    what,
                    source: error.into(),
                })?;
                // A ready value given with `state` stays.
                slot.set(value);
                Ok(())
            })
        }));
        self
    }

    /// Settings below all others but the built-in defaults: what an example or a test brings, and an operator can
    /// still change.
    pub fn defaults<K: Into<String>, V: Into<SettingValue>>(
        mut self,
        settings: impl IntoIterator<Item = (K, V)>,
    ) -> App {
        self.sources = self.sources.app_defaults(settings);
        self
    }

    /// Settings above all others.
    pub fn configure<K: Into<String>, V: Into<SettingValue>>(
        mut self,
        settings: impl IntoIterator<Item = (K, V)>,
    ) -> App {
        self.sources = self.sources.code(settings);
        self
    }

    /// Wraps every handler; the first layer is the outermost.
    pub fn layer(mut self, layer: impl Layer + 'static) -> App {
        self.layers.push(Arc::new(layer));
        self
    }

    /// Tells what happens.
    pub fn observer(mut self, observer: impl Observer + 'static) -> App {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Called with the topic and the error of each message that failed with nobody waiting. A panic in it is caught.
    pub fn on_publish_failure(
        mut self,
        callback: impl Fn(&str, &crate::broker::BrokerError) + Send + Sync + 'static,
    ) -> App {
        self.on_publish_failure = Some(Arc::new(callback));
        self
    }

    /// Uses this broker instead of the one the settings name, such as a [`crate::broker::memory::MemoryBroker`] that
    /// a test looks into.
    pub fn broker(mut self, broker: impl Broker + 'static) -> App {
        self.broker = OnceLock::from(Arc::new(broker) as Arc<dyn Broker>);
        self
    }

    /// The workers of this App.
    pub fn workers(&self) -> &[WorkerSpec] {
        &self.workers
    }

    /// Checks that handlers, topics, groups, state and settings fit together. Connects to nothing.
    ///
    /// # Errors
    /// All problems, each with its place in the source.
    pub fn check(&self) -> Result<()> {
        self.plan().and_then(|plan| plan.check())
    }

    /// Checks, makes what was provided, connects, and starts all workers. When a group cannot be joined, those that
    /// were joined before it have ended once the error is returned.
    ///
    /// # Errors
    /// Problems of the settings or the check, a value that could not be made, a broker that cannot be reached.
    pub async fn start(self) -> Result<Running> {
        let plan = self.plan()?;
        self.start_planned(plan).await
    }

    async fn start_planned(mut self, plan: Plan) -> Result<Running> {
        plan.check()?;
        // Before anything that is provided connects.
        let Some(broker) = plan.broker.clone() else {
            return Err(Kind::Disabled.into());
        };
        for make in std::mem::take(&mut self.provided) {
            make().await?;
        }
        connect::reach(&*broker, &plan.settings).await?;
        plan.announce();
        let absent = plan.prepare(&*broker).await;
        let observer = self.observer.as_ref();
        let running = plan.subscribe(&*broker, observer, &absent).await?;
        Ok(running.offered())
    }

    /// Makes topics that are not there yet, with the setting `topic_prefix` before their names. Says which it made.
    ///
    /// # Errors
    /// Problems of the settings, a broker that cannot be reached or refuses.
    pub async fn create_topics(&self, topics: impl IntoIterator<Item = NewTopic>) -> Result<Vec<String>> {
        let plan = self.plan()?;
        let broker = plan.broker.as_ref().ok_or(Kind::Disabled)?;
        connect::reach(&**broker, &plan.settings).await?;
        let prefix = plan.settings.topic_prefix.as_deref().unwrap_or_default();
        let prefixed = |topic: NewTopic| NewTopic {
            name: format!("{prefix}{}", topic.name),
            ..topic
        };
        let topics: Vec<NewTopic> = topics.into_iter().map(prefixed).collect();
        let refused = |source| {
            Error::from(Kind::Broker {
                what: "the topics could not be created".into(),
                source,
            })
        };
        let admin = broker.admin().map_err(refused)?;
        admin.create_topics(&topics).await.map_err(refused)
    }

    /// Starts, and ends on SIGTERM or SIGINT: what runs may finish; a second signal ends the process at once. When
    /// the shutdown hangs, whatever began it, the process is ended a second after `shutdown_timeout_ms`. A signal
    /// during the start ends it: nothing runs yet.
    ///
    /// The signals are taken over until the process ends, also for what it does after this has returned.
    ///
    /// # Errors
    /// As [`App::start`] and [`Running::join`]; and when nothing is registered.
    pub async fn run(self) -> Result<()> {
        if self.workers.is_empty() && self.consumers.is_empty() && self.event_handlers.is_empty() {
            return Err(Kind::NothingRegistered.into());
        }
        let plan = self.plan()?;
        // Before the first record, or a signal in between would end the process without a drain.
        let mut signals = Signals::taken_over(plan.settings.shutdown_timeout_ms);
        let running = tokio::select! {
            biased;
            () = signals.first() => return Ok(()),
            running = self.start_planned(plan) => running?.watched(),
        };
        let stop = tokio::spawn(signals.stop(running.handle()));
        let result = running.join().await;
        stop.abort();
        result
    }

    fn plan(&self) -> Result<Plan> {
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
        problems.extend(self.expected.problems(&self.found(&consumers, &gathered)));
        Ok(Plan {
            workers: workers.into_iter().chain(consumers).collect(),
            events: consumers::events(&gathered),
            problems,
            settings,
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
    fn broker_of(&self, settings: &Settings) -> Option<Arc<dyn Broker>> {
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
