//! [`App`]: discover, check, start.

use std::any::type_name;
use std::future::Future;
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;

use crate::BoxError;
use crate::broker::Broker;
use crate::check::expected::Expected;
use crate::error::{Kind, Result};
use crate::extract::States;
use crate::handler::ErasedHandler;
use crate::producer::OnFailure;
use crate::registry;
use crate::runtime::observer::Observer;
use crate::settings::{SettingValue, Settings, Sources};
use crate::spec::{ConsumerSpec, EventHandlerSpec, WorkerSpec};

mod absent;
#[cfg(feature = "cli")]
mod commands;
mod connect;
mod consumers;
mod expected;
mod given;
mod group;
mod lifecycle;
mod plan;
mod planning;
mod resolve;
mod running;
#[cfg(all(test, feature = "kafka"))]
mod settings_tests;
mod shutdown;
mod signals;
mod standing;
mod tokens;
mod topics;
mod unlogged;
mod watchdog;

pub(crate) use absent::lacking;
pub(crate) use connect::{broker_by_hand, reach};
pub(crate) use given::Given;
pub(crate) use planning::producer_from_environment;
#[cfg(feature = "cli")]
pub(crate) use resolve::Fact;
pub(crate) use resolve::Resolved;
pub use running::Running;
pub use shutdown::shutdown;
pub(crate) use signals::Signals;
pub use signals::shutdown_requested;
pub(crate) use standing::{Standing, made_by_hand, names_made_by_hand};
pub(crate) use topics::create as create_topics;
#[cfg(feature = "cli")]
pub(crate) use topics::{several, too_small};

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
    standing: Standing,
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
            standing: Standing::Program,
            workers: registry::workers(),
            consumers: registry::consumers(),
            event_handlers: registry::event_handlers(),
            ..App::empty()
        }
    }

    /// No workers and no consumers; add them with [`App::worker`] and [`App::consumer`].
    pub fn empty() -> App {
        App {
            standing: Standing::Picked,
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

    /// What runs a consumer by hand: with settings that are loaded already, and the broker they name.
    pub(crate) fn by_hand(settings: Settings, broker: Option<Arc<dyn Broker>>) -> App {
        App {
            standing: Standing::ByHand,
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
        made_by_hand(spec.name());
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
}
