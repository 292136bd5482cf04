//! What is said of messages that were queued and not acknowledged when nobody can wait for them any more.

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;

use super::{Inner, Producer};

/// Whether the end of a runtime is waited for.
static WATCHED: AtomicBool = AtomicBool::new(false);

impl Producer {
    /// Says how many messages are unsent, unless it said as many before.
    pub(crate) fn tell_unsent(&self) {
        self.0.tell_unsent();
    }
}

impl Inner {
    fn tell_unsent(&self) {
        let unsent = self.queued();
        if self.told_unsent.fetch_max(unsent, Ordering::Relaxed) < unsent {
            tell(unsent);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.tell_unsent();
    }
}

/// Says at the end of the runtime that this is called in what is unsent then: for a producer in a static, which is
/// never dropped. A hook of the process's exit would come too late: the thread locals that a log needs are gone by
/// then.
pub(super) fn watch(producer: &Producer) {
    let Ok(runtime) = Handle::try_current() else {
        return;
    };
    if WATCHED.swap(true, Ordering::Relaxed) {
        return;
    }
    // A runtime drops its tasks when it ends, at the latest when `main` returns.
    let end = EndOfRuntime(producer.clone());
    runtime.spawn(async move {
        let _end = end;
        pending::<()>().await;
    });
}

struct EndOfRuntime(Producer);

impl Drop for EndOfRuntime {
    fn drop(&mut self) {
        WATCHED.store(false, Ordering::Relaxed);
        // Whatever was said at the end of another runtime: those may have been sent since, and these are others.
        let unsent = self.0.queued();
        if unsent > 0 {
            tell(unsent);
        }
    }
}

fn tell(messages: usize) {
    tracing::error!(
        messages,
        "messages were queued and not acknowledged at the end; they may be lost"
    );
}
