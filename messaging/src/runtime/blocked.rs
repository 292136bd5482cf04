//! Handlers that block their thread are told while they do: all else of their group stands still meanwhile, and neither
//! its timers nor its timeouts can say so. A thread of its own looks at every driver of the process. It only reads, so
//! that runs on the memory broker stay the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::clock::{self, Instant};
use super::pace::{AtHandler, Pace};

/// How long one poll of a handler may take before it is told.
pub(super) const LONG: Duration = Duration::from_secs(1);

/// How often the thread looks.
const LOOK: Duration = Duration::from_millis(250);

/// A worker that blocks again, or still, is told again after so long.
const AGAIN: Duration = Duration::from_secs(60);

static LOOKOUT: Mutex<Lookout> = Mutex::new(Lookout::new());

/// Looks at it from now on, as long as it lives.
pub(super) fn look_at(pace: &Arc<Pace>) {
    let mut lookout = lock();
    lookout.add(pace);
    if lookout.runs {
        return;
    }
    let thread = std::thread::Builder::new().name("messaging-lookout".into());
    match thread.spawn(look_on) {
        Ok(_) => lookout.runs = true,
        Err(error) => {
            tracing::warn!(%error, "no thread to look on: a handler that blocks its thread will not be told");
        }
    }
}

/// Until there is nothing left to look at.
fn look_on() {
    loop {
        // Nobody wakes it early; once more would do no harm.
        std::thread::park_timeout(LOOK);
        let mut lookout = lock();
        let blocked = lookout.look(clock::now());
        if lookout.watched.is_empty() {
            lookout.runs = false;
            return;
        }
        drop(lookout);
        blocked.iter().for_each(Blocked::tell);
    }
}

fn lock() -> MutexGuard<'static, Lookout> {
    LOOKOUT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A handler that blocks its thread.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Blocked {
    pub(super) record: AtHandler,
    pub(super) since: Duration,
}

impl Blocked {
    fn tell(&self) {
        let AtHandler {
            group,
            worker,
            partition,
            offset,
        } = &self.record;
        let topic = partition.as_ref().map(|partition| &*partition.topic);
        let partition = partition.as_ref().map(|partition| partition.partition);
        tracing::warn!(%group, %worker, topic, partition, offset, since = ?self.since,
            "a handler blocks its thread; other records of its group wait, and its timeout cannot end it; move what blocks into `tokio::task::spawn_blocking`, or use an asynchronous client");
    }
}

/// What the thread knows from one look to the next.
pub(super) struct Lookout {
    watched: Vec<Watched>,
    /// When a worker was told last.
    told: BTreeMap<String, Instant>,
    runs: bool,
}

struct Watched {
    pace: Weak<Pace>,
    /// The poll that was seen last, and when it was seen first.
    poll: Option<(u64, Instant)>,
}

impl Lookout {
    pub(super) const fn new() -> Lookout {
        Lookout {
            watched: Vec::new(),
            told: BTreeMap::new(),
            runs: false,
        }
    }

    pub(super) fn add(&mut self, pace: &Arc<Pace>) {
        self.watched.push(Watched {
            pace: Arc::downgrade(pace),
            poll: None,
        });
    }

    /// The handlers that have blocked for long, but not those of workers that were told lately.
    pub(super) fn look(&mut self, now: Instant) -> Vec<Blocked> {
        self.watched.retain(|watched| watched.pace.strong_count() > 0);
        self.told.retain(|_, told| now < *told + AGAIN);
        let mut blocked = Vec::new();
        for watched in &mut self.watched {
            if let Some(found) = watched.look(now)
                && !self.told.contains_key(&found.record.worker)
            {
                self.told.insert(found.record.worker.clone(), now);
                blocked.push(found);
            }
        }
        blocked
    }
}

impl Watched {
    fn look(&mut self, now: Instant) -> Option<Blocked> {
        let pace = self.pace.upgrade()?;
        let Some(poll) = pace.poll() else {
            self.poll = None;
            return None;
        };
        let (_, first) = *self
            .poll
            .filter(|(seen, _)| *seen == poll)
            .get_or_insert((poll, now));
        self.poll = Some((poll, first));
        let since = now - first;
        let record = pace.record().filter(|_| since >= LONG)?;
        // What was read may be of the next one already.
        (pace.poll() == Some(poll)).then_some(Blocked { record, since })
    }
}
