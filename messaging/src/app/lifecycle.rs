//! Checking, starting and running an App.

use super::plan::Plan;
use super::{App, Running, Signals, connect, topics, unlogged};
use crate::broker::NewTopic;
use crate::error::{Kind, Result};

impl App {
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
    /// What happens from then on is told to the log, by `tracing`, and to an [`observer`](App::observer): records that
    /// fail and dead letters, too. What ends the App is also what [`Running::join`] returns, and without a subscriber
    /// it is written to standard error, for an App that nobody joins.
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
        Ok(running.known_to_the_process(self.standing))
    }

    /// Makes topics that are not there yet, with the setting `topic_prefix` before their names. Says which it made.
    ///
    /// # Errors
    /// Problems of the settings, a broker that cannot be reached or refuses.
    pub async fn create_topics(&self, topics: impl IntoIterator<Item = NewTopic>) -> Result<Vec<String>> {
        let plan = self.plan()?;
        topics::create(plan.broker.as_deref(), &plan.settings, topics).await
    }

    /// Starts, and ends on SIGTERM or SIGINT: what runs may finish; a second signal, half a second later or more, ends
    /// the process at once. When the shutdown hangs, whatever began it, the process is ended a second after
    /// `shutdown_timeout_ms`. A signal during the start ends it: nothing runs yet.
    ///
    /// The signals are taken over until the process ends, also for what it does after this has returned.
    ///
    /// The log goes to the program's subscriber of `tracing`; without one, a line on standard error says how to install
    /// it.
    ///
    /// # Errors
    /// As [`App::start`] and [`Running::join`]; and when nothing is registered.
    pub async fn run(self) -> Result<()> {
        if self.workers.is_empty() && self.consumers.is_empty() && self.event_handlers.is_empty() {
            return Err(Kind::NothingRegistered.into());
        }
        unlogged::tell_how_to_log();
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
}
