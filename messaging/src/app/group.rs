//! Starts the groups of a plan: one subscription and one driver each.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxBuildHasher;
use tokio::sync::{mpsc, oneshot, watch};

use super::plan::{Plan, Planned};
use super::resolve::Source;
use super::running::{Running, Shutdown, Started};
use crate::broker::{Broker, BrokerError, Subscribe, Subscription};
use crate::delivery::Core;
use crate::delivery::policy::OnExhausted;
use crate::error::{Error, Kind, Result};
use crate::handler::ErasedHandler;
use crate::outcome::describe;
use crate::runtime::driver::{End, Setup, drive};
use crate::runtime::health::GroupHealth;
use crate::runtime::observer::Observer;
use crate::runtime::unit::Unit;
use crate::settings::{OffsetReset, Settings};

impl Plan {
    /// One subscription for each group, one driver for each subscription. When one cannot be made, those made before
    /// it have ended once the error is returned.
    pub(super) async fn subscribe(
        &self,
        broker: &dyn Broker,
        observer: Option<&Arc<dyn Observer>>,
        absent: &BTreeSet<String>,
    ) -> Result<Running> {
        let (mut started, mut failed) = (Vec::new(), None);
        for group in self.groups() {
            match self.start_group(group, broker, observer, absent) {
                Ok(group) => started.push(group),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        let shutdown = Shutdown::within(self.settings.shutdown_timeout_ms);
        let late = self.late_topics(absent);
        let running = Running::new(started, self.producer.clone(), shutdown, late.as_ref());
        let Some(failed) = failed else {
            return Ok(running);
        };
        running.stop();
        if let Err(error) = running.join().await {
            tracing::warn!(error = %describe(&error), "a group that was started before another failed did not end well");
        }
        Err(failed)
    }

    fn groups(&self) -> BTreeSet<&str> {
        let workers = self.workers.iter();
        workers.map(|worker| worker.resolved.group.as_str()).collect()
    }

    fn start_group(
        &self,
        group: &str,
        broker: &dyn Broker,
        observer: Option<&Arc<dyn Observer>>,
        absent: &BTreeSet<String>,
    ) -> Result<Started> {
        let settings = &self.settings;
        let members = Members::of(self, group);
        let subscription = join(broker, group, &members, settings)?;
        let capabilities = broker.capabilities();
        let interval = commit_interval(settings);
        let rules = members.units.iter().map(|unit| unit.rules.clone()).collect();
        let (requests, asked) = mpsc::unbounded_channel();
        let (told, notices) = mpsc::unbounded_channel();
        let health = watch::Sender::new(GroupHealth::of(group));
        let watched = health.subscribe();
        let setup = Setup {
            group: group.to_owned(),
            subscription,
            core: Core::new(capabilities.settlement, rules, interval),
            units: members.units,
            routes: members.routes,
            requests: asked,
            notices: told,
            health,
            observer: observer.cloned(),
            absent: absent.clone(),
            producer: self.producer.clone(),
            seed: seed(group, capabilities.own_thread),
            revoke_deadline: revoke_deadline(settings),
            close_deadline: Shutdown::within(settings.shutdown_timeout_ms).close,
            spawn: capabilities.own_thread,
        };
        let end = if capabilities.own_thread {
            on_own_thread(group, setup)?
        } else {
            as_task(setup)
        };
        Ok(Started {
            requests,
            notices,
            health: watched,
            end,
        })
    }
}

/// The workers and consumers of one group.
struct Members {
    units: Vec<Arc<Unit>>,
    /// Which of them handles a topic.
    routes: HashMap<String, usize, FxBuildHasher>,
    topics: Vec<String>,
}

impl Members {
    fn of(plan: &Plan, group: &str) -> Members {
        let mut members = Members {
            units: Vec::new(),
            routes: HashMap::default(),
            topics: Vec::new(),
        };
        for worker in plan
            .workers
            .iter()
            .filter(|worker| worker.resolved.group == group)
        {
            // The check has seen to it that every handler is there.
            let Ok(handler) = &worker.made else { continue };
            for source in &worker.resolved.sources {
                members.routes.insert(source.topic.clone(), members.units.len());
                members.topics.push(source.topic.clone());
            }
            members
                .units
                .push(Arc::new(unit(worker, handler.clone(), &plan.settings)));
        }
        members
    }
}

fn join(
    broker: &dyn Broker,
    group: &str,
    members: &Members,
    settings: &Settings,
) -> Result<Box<dyn Subscription>> {
    // The check has seen to it that they are equal.
    let reset = members.units.first().map(|unit| unit.reset);
    let request = request(group, &members.topics, reset, settings);
    let what = || format!("group \"{group}\" could not be joined");
    broker
        .subscribe(&request)
        .map_err(|source| Error::from(Kind::Broker { what: what(), source }))
}

pub(super) fn request(
    group: &str,
    topics: &[String],
    reset: Option<OffsetReset>,
    settings: &Settings,
) -> Subscribe {
    Subscribe {
        group: group.to_owned(),
        topics: topics.to_vec(),
        reset: reset.unwrap_or(settings.kafka_auto_offset_reset),
        revoke_deadline: revoke_deadline(settings),
        max_poll_records: settings.kafka_max_poll_records as usize,
        publishes: true,
    }
}

/// How long what is finished waits to be committed; nothing: it does not.
pub(super) fn commit_interval(settings: &Settings) -> Option<Duration> {
    settings
        .kafka_enable_auto_commit
        .then_some(settings.kafka_auto_commit_interval_ms)
}

fn unit(worker: &Planned, handler: Arc<dyn ErasedHandler>, settings: &Settings) -> Unit {
    let Planned { resolved, hooks, .. } = worker;
    let mut rules = resolved.rules(handler.is_batch());
    let on_exhausted = rules.on_exhausted;
    let hears_errors = hooks.as_ref().is_some_and(|hooks| hooks.hears_errors());
    if hears_errors && on_exhausted == OnExhausted::Skip {
        // The record is not done before its hook has ended, so to the core it waits, as for a dead letter.
        rules.on_exhausted = OnExhausted::Dlq;
    }
    Unit {
        name: resolved.name.clone(),
        group: resolved.group.clone(),
        output_topic: resolved
            .output
            .as_ref()
            .map(|output| Arc::from(output.topic.as_str())),
        dlq_topics: resolved.sources.iter().map(dead_letters).collect(),
        topic_prefix: settings.topic_prefix.clone().unwrap_or_default(),
        reset: resolved.reset,
        rules,
        on_exhausted,
        timeout: resolved.timeout,
        handler,
        hooks: hooks.clone(),
    }
}

fn dead_letters(source: &Source) -> (String, Arc<str>) {
    (source.topic.clone(), Arc::from(source.dlq_topic.as_str()))
}

fn revoke_deadline(settings: &Settings) -> Duration {
    let longest = Duration::from_secs(10);
    longest
        .min(settings.shutdown_timeout_ms / 2)
        .min(settings.kafka_max_poll_interval_ms / 2)
}

/// Where the jitter of a group begins. Replicas must not try again in step, so each start has its own chance; on a
/// broker that keeps to the caller's runtime a group draws the same in each run.
fn seed(group: &str, own_thread: bool) -> u64 {
    if own_thread {
        // The keys come from the system. The process id and the time may be equal in containers that start together.
        return RandomState::new().hash_one(group);
    }
    group.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn as_task(setup: Setup) -> oneshot::Receiver<End> {
    let (ended, end) = oneshot::channel();
    tokio::spawn(async move {
        // An App that is gone does not care how it ended.
        let _ = ended.send(drive(setup).await);
    });
    end
}

/// Closes when the caller's runtime goes: that drops its tasks before its timers, which panic when they are polled
/// then.
fn runtime_gone() -> oneshot::Receiver<Infallible> {
    let (mut here, gone) = oneshot::channel();
    tokio::spawn(async move { here.closed().await });
    gone
}

/// Drives as long as there is a runtime. Without one nothing can be waited for, not even the end of what runs.
async fn drive_until(gone: oneshot::Receiver<Infallible>, setup: Setup) -> End {
    let group = setup.group.clone();
    tokio::select! {
        biased;
        _ = gone => {
            tracing::error!(group, "its runtime was dropped while it ran; uncommitted records will be handled again");
            Err(BrokerError::Closed)
        }
        end = drive(setup) => end,
    }
}

/// A driver with a thread of its own is not slowed by other tasks, and a handler that blocks slows none.
fn on_own_thread(group: &str, setup: Setup) -> Result<oneshot::Receiver<End>> {
    let (ended, end) = oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    let gone = runtime_gone();
    let work = move || {
        let _ = ended.send(runtime.block_on(drive_until(gone, setup)));
    };
    let spawned = std::thread::Builder::new()
        .name(format!("messaging-{group}"))
        .spawn(work);
    spawned.map_err(|error| {
        Kind::Usage(format!(
            "no thread could be started for group \"{group}\": {error}"
        ))
    })?;
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;

    fn settings(values: &[(&str, &str)]) -> Settings {
        Settings::load(&Sources::default().environment(values.iter().copied())).unwrap()
    }

    /// The settings that a subscription and its core are made with.
    #[test]
    fn what_is_set_for_groups_reaches_them() {
        let settings = settings(&[
            ("KAFKA_AUTO_OFFSET_RESET", "latest"),
            ("KAFKA_MAX_POLL_RECORDS", "7"),
            ("KAFKA_AUTO_COMMIT_INTERVAL_MS", "70"),
            ("SHUTDOWN_TIMEOUT_MS", "8000"),
        ]);
        let made = request("g", &["t".to_owned()], None, &settings);
        assert_eq!((made.reset, made.max_poll_records), (OffsetReset::Latest, 7));
        assert_eq!(
            made.revoke_deadline,
            Duration::from_secs(4),
            "half of the shutdown"
        );
        assert_eq!(commit_interval(&settings), Some(Duration::from_millis(70)));
        let of_worker = request("g", &[], Some(OffsetReset::None), &settings);
        assert_eq!(of_worker.reset, OffsetReset::None);
    }

    #[test]
    fn without_auto_commit_what_is_finished_does_not_wait() {
        assert_eq!(
            commit_interval(&settings(&[("KAFKA_ENABLE_AUTO_COMMIT", "false")])),
            None
        );
    }

    #[test]
    fn starts_differ_in_their_jitter_where_a_driver_has_its_own_thread() {
        assert_ne!(seed("g", true), seed("g", true));
    }

    #[test]
    fn groups_differ_in_their_jitter_and_runs_do_not_where_a_run_is_the_same_each_time() {
        assert_eq!(seed("g", false), seed("g", false));
        assert_ne!(seed("g", false), seed("h", false));
    }
}
