//! The process's default producer: for a [`publish`](super::publish) outside of every App.

use std::sync::Arc;

use super::{Producer, unsent};
use crate::error::{Kind, Result};
use crate::lock::Lock;

static PROCESS: Lock<Process> = Lock::new(Process {
    apps: Vec::new(),
    by_hand: Vec::new(),
    had_app: false,
    is_read_on_memory: false,
    from_environment: None,
});

/// Who could send for the process.
struct Process {
    /// The producers of the Apps that run, in the order of their starts.
    apps: Vec<Producer>,
    /// Those of consumers by hand that run. They are no default: such a consumer has settings of its own.
    by_hand: Vec<Producer>,
    /// Whether an App has started: then those of the process decide where messages go, and the environment alone only
    /// when somebody asks for that.
    had_app: bool,
    /// Whether somebody reads what is written to the memory broker that all shares which is connected by hand.
    is_read_on_memory: bool,
    /// For a process without an App. It stays when one starts, for messages may be on their way in it.
    from_environment: Option<Producer>,
}

/// The default: that of the App which runs for longest, else one made from the environment.
pub(super) fn get() -> Result<Producer> {
    find_or_make()
}

/// Says that somebody reads the memory broker that all shares which is connected by hand.
pub(crate) fn read_on_memory() {
    PROCESS.lock().is_read_on_memory = true;
}

/// The process's own producer, which is the default from now on unless an App runs; made when none does. On memory as
/// well: whoever asks for it knows of a reader.
pub(super) fn own_or_made() -> Result<Option<Producer>> {
    read_on_memory();
    if forget_ended_apps() {
        find_or_make()?;
    }
    Ok(own())
}

/// Says whether no App runs; then it is as if none ever had.
fn forget_ended_apps() -> bool {
    let mut process = PROCESS.lock();
    process.had_app &= !process.apps.is_empty();
    process.apps.is_empty()
}

/// The process's own producer, when it was made.
pub(super) fn own() -> Option<Producer> {
    PROCESS.lock().from_environment.clone()
}

/// The producers of the Apps and of the consumers by hand that run.
pub(super) fn of_apps() -> Vec<Producer> {
    let process = PROCESS.lock();
    process.apps.iter().chain(&process.by_hand).cloned().collect()
}

fn find_or_make() -> Result<Producer> {
    let mut process = PROCESS.lock();
    if let Some(producer) = process.apps.first() {
        return Ok(producer.clone());
    }
    if process.had_app {
        return Err(Kind::Ended.into());
    }
    let producer = match &process.from_environment {
        Some(producer) => producer.clone(),
        None => {
            let made = crate::app::producer_from_environment(process.is_read_on_memory)?;
            process.from_environment.insert(made).clone()
        }
    };
    // A runtime that has ended logs at once, and whoever writes the log may publish.
    drop(process);
    unsent::watch(&producer);
    Ok(producer)
}

/// Lets the process know the producer of an App for as long as this lives.
#[derive(Debug)]
pub(crate) struct Offer(Producer);

impl Offer {
    /// It may be the default.
    pub(crate) fn as_default(producer: Producer) -> Offer {
        let mut process = PROCESS.lock();
        process.apps.push(producer.clone());
        process.had_app = true;
        Offer(producer)
    }

    /// It is waited for with the others, and sends for its own consumer only.
    pub(crate) fn by_hand(producer: Producer) -> Offer {
        PROCESS.lock().by_hand.push(producer.clone());
        Offer(producer)
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        let is_other = |producer: &Producer| !Arc::ptr_eq(&producer.0, &self.0.0);
        let mut process = PROCESS.lock();
        process.apps.retain(is_other);
        process.by_hand.retain(is_other);
    }
}
