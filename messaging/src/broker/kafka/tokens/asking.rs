//! Calling the program's function: whatever it does, the one who calls it goes on.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::BoxError;
use crate::settings::{Token, TokenSource};

/// How long the function has for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Calls the function on a runtime of its own: none of the program's is blocked by it, nor blocks it.
pub(super) struct Asking {
    source: TokenSource,
    pub(super) patience: Duration,
    /// It stays from one call to the next, and with it what the function has started: a pool of connections.
    runtime: Option<Runtime>,
}

impl Asking {
    pub(super) fn new(source: TokenSource) -> Asking {
        Asking {
            source,
            patience: PATIENCE,
            runtime: None,
        }
    }

    /// The answer, in time; a panic and no answer are errors too.
    pub(super) fn ask(&mut self) -> Result<Token, BoxError> {
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => made()?,
        };
        let (answer, answered) = mpsc::channel();
        let source = self.source.clone();
        // The runtime catches a panic, and nobody answers any more.
        runtime.spawn(async move { answer.send(source.ask().await) });
        let given = match answered.recv_timeout(self.patience) {
            Err(RecvTimeoutError::Timeout) => {
                // Its thread may be blocked for ever.
                runtime.shutdown_background();
                return Err(format!("it did not answer within {:?}", self.patience).into());
            }
            Err(RecvTimeoutError::Disconnected) => Err("it panicked".into()),
            Ok(given) => given,
        };
        self.runtime = Some(runtime);
        given
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn made() -> std::io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).thread_name("kafka-token").enable_all();
    builder.build()
}
