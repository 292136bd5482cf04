//! The process's default producer: for a [`publish`](super::publish) outside of every App.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Producer, unsent};
use crate::error::{Kind, Result};

static PROCESS: Mutex<Process> = Mutex::new(Process {
    apps: Vec::new(),
    had_app: false,
    from_environment: None,
});

/// Who could send for the process.
struct Process {
    /// The producers of the Apps that run, in the order of their starts.
    apps: Vec<Producer>,
    /// Whether an App has started: then those of the process decide where messages go, and the environment alone only
    /// when somebody asks for that.
    had_app: bool,
    /// For a process without an App. It stays when one starts, for messages may be on their way in it.
    from_environment: Option<Producer>,
}

/// The default: that of the App which runs for longest, else one made from the environment.
pub(super) fn get() -> Result<Producer> {
    find_or_make(false)
}

/// The process's own producer, which is the default from now on unless an App runs; made when none does. On memory as
/// well: whoever asks for it knows of a reader.
pub(super) fn own_or_made() -> Result<Option<Producer>> {
    if forget_ended_apps() {
        find_or_make(true)?;
    }
    Ok(own())
}

/// Says whether no App runs; then it is as if none ever had.
fn forget_ended_apps() -> bool {
    let mut process = lock();
    process.had_app &= !process.apps.is_empty();
    process.apps.is_empty()
}

/// The process's own producer, when it was made.
pub(super) fn own() -> Option<Producer> {
    lock().from_environment.clone()
}

/// The producers of the Apps that run.
pub(super) fn of_apps() -> Vec<Producer> {
    lock().apps.clone()
}

fn find_or_make(on_memory: bool) -> Result<Producer> {
    let mut process = lock();
    if let Some(producer) = process.apps.first() {
        return Ok(producer.clone());
    }
    if process.had_app {
        return Err(Kind::Ended.into());
    }
    let producer = match &process.from_environment {
        Some(producer) => producer.clone(),
        None => {
            let made = crate::app::producer_from_environment(on_memory)?;
            process.from_environment.insert(made).clone()
        }
    };
    // A runtime that has ended logs at once, and whoever writes the log may publish.
    drop(process);
    unsent::watch(&producer);
    Ok(producer)
}

/// Lets the producer of an App be the process's default for as long as this lives.
#[derive(Debug)]
pub(crate) struct Offer(Producer);

impl Offer {
    pub(crate) fn new(producer: Producer) -> Offer {
        let mut process = lock();
        process.apps.push(producer.clone());
        process.had_app = true;
        Offer(producer)
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        let is_other = |producer: &Producer| !Arc::ptr_eq(&producer.0, &self.0.0);
        lock().apps.retain(is_other);
    }
}

fn lock() -> MutexGuard<'static, Process> {
    // Every change is one step, so that a panic of another holder leaves nothing half done.
    PROCESS.lock().unwrap_or_else(PoisonError::into_inner)
}
