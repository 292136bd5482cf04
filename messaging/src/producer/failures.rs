//! Messages that failed with nobody waiting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

use super::Producer;
use crate::broker::{BrokerError, FailureHook};
use crate::caught::caught;
use crate::error::{Kind, Result};
use crate::lock::Lock;

/// Called with the topic and the error of each message that failed with nobody waiting.
pub type OnFailure = Arc<dyn Fn(&str, &BrokerError) + Send + Sync>;

/// What failed with nobody waiting, and who is told.
pub(super) struct Failures {
    all: AtomicU64,
    /// Those that no callback and no error has told.
    untold: AtomicU64,
    callback: Lock<Option<OnFailure>>,
    panicked: Once,
}

impl Failures {
    pub(super) fn told_to(callback: Option<OnFailure>) -> Failures {
        Failures {
            all: AtomicU64::new(0),
            untold: AtomicU64::new(0),
            callback: Lock::new(callback),
            panicked: Once::new(),
        }
    }

    fn note(&self, topic: &str, error: &BrokerError) {
        self.all.fetch_add(1, Ordering::Relaxed);
        tracing::error!(topic, error = %crate::outcome::describe(error), "a message was not written, and nobody waits for it");
        let callback = self.callback.lock().clone();
        let Some(callback) = callback else {
            self.untold.fetch_add(1, Ordering::Relaxed);
            return;
        };
        if let Err(panic) = caught(|| callback(topic, error)) {
            self.panicked.call_once(|| {
                tracing::error!(
                    panic,
                    "the callback for messages that failed panicked; this is said once"
                );
            });
        }
    }
}

impl Producer {
    /// How many messages failed with nobody waiting.
    pub fn failed(&self) -> u64 {
        self.0.failures.all.load(Ordering::Relaxed)
    }

    /// Calls `callback` with the topic and the error of each message that fails with nobody waiting, from now on and
    /// for all clones: instead of the one that was given before, or by `App::on_publish_failure`. A panic in it is
    /// caught. What it is called with is no error of [`close`](Producer::close) any more.
    ///
    /// ```no_run
    /// # async fn example() -> messaging::Result<()> {
    /// let producer = messaging::get_producer()?.on_failure(|topic, error| eprintln!("lost for {topic}: {error}"));
    /// producer.send_fire_and_forget("visits", &"/".to_owned()).await?;
    /// producer.close().await
    /// # }
    /// ```
    pub fn on_failure(self, callback: impl Fn(&str, &BrokerError) + Send + Sync + 'static) -> Producer {
        *self.0.failures.callback.lock() = Some(Arc::new(callback));
        self
    }

    /// The broker's own threads call it, and all sends depend on them: it does not panic.
    pub(super) fn failure_hook(&self) -> FailureHook {
        let failures = self.0.failures.clone();
        Arc::new(move |topic, error| failures.note(topic, error))
    }

    /// # Errors
    /// When messages failed that nobody was told of. They are told only once.
    pub(super) fn tell_failed(&self) -> Result<()> {
        match self.0.failures.untold.swap(0, Ordering::Relaxed) {
            0 => Ok(()),
            messages => Err(Kind::Lost(messages).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn a_callback_that_panics_is_called_again_and_harms_nobody() {
        let calls = Arc::new(AtomicU64::new(0));
        let called = calls.clone();
        let callback: OnFailure = Arc::new(move |_, _| {
            called.fetch_add(1, Ordering::Relaxed);
            panic!("the callback panics");
        });
        let producer = Producer::new(None, Settings::default(), Some(callback));
        let hook = producer.failure_hook();
        hook("t", &BrokerError::Closed);
        hook("t", &BrokerError::Closed);
        assert_eq!((calls.load(Ordering::Relaxed), producer.failed()), (2, 2));
    }
}
