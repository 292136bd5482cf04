//! What a subscription's driver and its poll thread share. It outlives a client: a fatal error makes a new one.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::error::unreachable;
use super::now;
use super::outputs::Outputs;
use super::partitions::Partitions;
use super::tokens::Tokens;
use crate::broker::{BrokerError, Event, Subscribe};
use crate::delivery::{Epoch, Slot, Watermark};

/// Without a failing connection for this long, the next one is another outage.
const CALM: Duration = Duration::from_secs(30);

/// What the driver asks of the poll thread.
pub(super) enum Command {
    /// Hold a partition back, or go on.
    Hold(Slot, Epoch, bool),
    /// The answer to a revoke.
    Release(Watermark),
    /// Commit, wait for the outputs, leave.
    Close(Box<Close>),
}

/// How to end.
pub(super) struct Close {
    pub(super) marks: Vec<Watermark>,
    pub(super) outputs: Option<Outputs>,
    /// When all of it must have ended.
    pub(super) deadline: Instant,
    pub(super) done: oneshot::Sender<Result<(), BrokerError>>,
}

/// See the module.
pub(super) struct Shared {
    pub(super) request: Subscribe,
    pub(super) address: String,
    /// Of every client that is made.
    pub(super) tokens: Option<Tokens>,
    pub(super) partitions: Mutex<Partitions>,
    /// What the driver noted last, for a revoke that it does not answer.
    pub(super) notes: Mutex<Vec<Watermark>>,
    /// Set from when nobody answers a revoke any more.
    pub(super) closing: AtomicBool,
    /// Counts the clients: what one says that was given up no longer counts.
    pub(super) generation: AtomicU64,
    /// Why the client is of no use any more, until the poll thread has seen it.
    pub(super) fatal: Mutex<Option<BrokerError>>,
    /// An assignment came, if only an empty one.
    pub(super) joined: AtomicBool,
    control: mpsc::UnboundedSender<Event>,
    commands: Mutex<Commands>,
    thread: OnceLock<Thread>,
    troubles: Mutex<Troubles>,
}

struct Commands {
    from: Receiver<Command>,
    /// Came while a revoke was waited for.
    later: Vec<Command>,
}

/// What was told already.
#[derive(Default)]
struct Troubles {
    failed_at: Option<Instant>,
    outage: Outage,
    absent: BTreeSet<String>,
}

/// What is known of the outage that goes on.
#[derive(Default)]
struct Outage {
    why: String,
    /// How often librdkafka said that all brokers are down.
    downs: u32,
    told: bool,
}

impl Shared {
    pub(super) fn new(
        request: Subscribe,
        address: String,
        tokens: Option<Tokens>,
        control: mpsc::UnboundedSender<Event>,
        commands: Receiver<Command>,
    ) -> Shared {
        Shared {
            request,
            address,
            tokens,
            partitions: Mutex::default(),
            notes: Mutex::default(),
            closing: AtomicBool::new(false),
            generation: AtomicU64::new(0),
            fatal: Mutex::default(),
            joined: AtomicBool::new(false),
            control,
            commands: Mutex::new(Commands {
                from: commands,
                later: Vec::new(),
            }),
            thread: OnceLock::new(),
            troubles: Mutex::default(),
        }
    }

    /// The calling thread is the one to be woken.
    pub(super) fn wakes_this_thread(&self) {
        let _ = self.thread.set(std::thread::current());
    }

    /// Ends the poll thread's pause.
    pub(super) fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Tells the driver. One that is gone needs to know nothing.
    pub(super) fn tell(&self, event: Event) {
        let _ = self.control.send(event);
    }

    /// The next command; an error when the driver is gone.
    pub(super) fn command(&self) -> Result<Option<Command>, ()> {
        let mut commands = lock(&self.commands);
        if !commands.later.is_empty() {
            return Ok(Some(commands.later.remove(0)));
        }
        match commands.from.try_recv() {
            Ok(command) => Ok(Some(command)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(()),
        }
    }

    /// Waits until `deadline` for the driver to release `slots`. Whatever else it asks for meanwhile comes later.
    pub(super) fn released(&self, slots: &[(Slot, Epoch)], deadline: Instant) -> Vec<Watermark> {
        let mut commands = lock(&self.commands);
        let mut marks: Vec<Watermark> = Vec::new();
        while marks.len() < slots.len() {
            match commands
                .from
                .recv_timeout(deadline.saturating_duration_since(now()))
            {
                Ok(Command::Release(mark)) => {
                    let asked = slots.contains(&(mark.slot, mark.epoch));
                    if asked && !marks.iter().any(|m| m.slot == mark.slot) {
                        marks.push(mark);
                    }
                }
                Ok(Command::Close(close)) => {
                    marks.extend(close.marks.iter().filter(|m| slots.contains(&(m.slot, m.epoch))));
                    commands.later.push(Command::Close(close));
                    break;
                }
                Ok(command) => commands.later.push(command),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        marks
    }

    /// What the driver noted last about `slots`.
    pub(super) fn noted(&self, slots: &[(Slot, Epoch)]) -> Vec<Watermark> {
        let notes = lock(&self.notes);
        notes
            .iter()
            .filter(|m| slots.contains(&(m.slot, m.epoch)))
            .copied()
            .collect()
    }

    /// A connection failed. Told once per outage: when all are down, and why is known, which comes before or after.
    pub(super) fn connection_failed(&self, all: bool, reason: &str) {
        let mut troubles = lock(&self.troubles);
        let calm = troubles
            .failed_at
            .replace(now())
            .is_none_or(|before| before.elapsed() > CALM);
        if calm {
            troubles.outage = Outage::default();
        }
        let outage = &mut troubles.outage;
        if all {
            outage.downs += 1;
        } else {
            reason.clone_into(&mut outage.why);
        }
        let known = !outage.why.is_empty() || outage.downs > 1;
        if outage.downs > 0 && known && !outage.told {
            outage.told = true;
            let why = if outage.why.is_empty() {
                reason
            } else {
                &outage.why
            };
            self.tell(Event::Trouble(unreachable(&self.address, why)));
        }
    }

    /// A topic is not there. Told once, until it is there.
    pub(super) fn topic_absent(&self, topic: &str) {
        if lock(&self.troubles).absent.insert(topic.to_owned()) {
            self.tell(Event::Trouble(BrokerError::UnknownTopic {
                topic: topic.to_owned(),
            }));
        }
    }

    /// A topic is there.
    pub(super) fn topic_present(&self, topic: &str) {
        lock(&self.troubles).absent.remove(topic);
    }

    /// The number of the client in use, or of the next one.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }
}

/// Locks; what a thread left behind when it panicked is plain values, still whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
