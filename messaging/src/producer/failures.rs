//! Messages that failed with nobody waiting.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Once};

use super::Producer;
use crate::broker::{BrokerError, FailureHook};
use crate::caught::caught;

/// Called with the topic and the error of each message that failed with nobody waiting.
pub type OnFailure = Arc<dyn Fn(&str, &BrokerError) + Send + Sync>;

impl Producer {
    /// The broker's own threads call it, and all sends depend on them: it does not panic.
    pub(super) fn failure_hook(&self) -> FailureHook {
        let (failed, on_failure) = (self.0.failed.clone(), self.0.on_failure.clone());
        let panicked = Once::new();
        Arc::new(move |topic, error| {
            failed.fetch_add(1, Ordering::Relaxed);
            tracing::error!(topic, error = %crate::outcome::describe(error), "a message was not written, and nobody waits for it");
            let Some(callback) = &on_failure else { return };
            if let Err(panic) = caught(|| callback(topic, error)) {
                panicked.call_once(|| {
                    tracing::error!(
                        panic,
                        "the callback of App::on_publish_failure panicked; this is said once"
                    );
                });
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

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
