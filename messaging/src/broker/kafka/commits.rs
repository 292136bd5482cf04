//! The thread that commits, one request at a time in their order: an older one must not follow a newer one.
//!
//! rdkafka never tells how an asynchronous commit ended (<https://github.com/fede1024/rust-rdkafka/issues/856>), so
//! that it is a synchronous one, on a thread that may wait.

use std::sync::Arc;
use std::sync::mpsc::{self as plain, Receiver};
use std::time::Duration;

use rdkafka::consumer::{CommitMode, Consumer};

use super::member::{Shared, lock};
use super::rebalance::list_of;
use crate::broker::BrokerError;
use crate::delivery::Watermark;

/// Told how a commit ended.
type Done = Box<dyn FnOnce(Result<(), BrokerError>) + Send>;

/// Hands requests to the thread, which ends with the last of these.
#[derive(Clone)]
pub(super) struct Committer(plain::Sender<(Vec<Watermark>, Done)>);

impl Committer {
    pub(super) fn start(shared: Arc<Shared>) -> Result<Committer, BrokerError> {
        let (requests, receiver) = plain::channel();
        let name = format!("kafka-commit-{}", shared.request.group);
        super::spawn(&name, move || run(&shared, &receiver))?;
        Ok(Committer(requests))
    }

    /// Commits those marks whose epoch is not over when their turn comes.
    pub(super) fn commit(
        &self,
        marks: &[Watermark],
        done: impl FnOnce(Result<(), BrokerError>) + Send + 'static,
    ) {
        if let Err(lost) = self.0.send((marks.to_vec(), Box::new(done))) {
            let (_, done) = lost.0;
            done(Err(BrokerError::Closed));
        }
    }

    /// The same, and waits for it, but not for longer than `limit`: librdkafka itself waits for a coordinator that is
    /// gone as long as the session lasts, and for one that is mute as long as a request may take.
    pub(super) fn commit_within(
        &self,
        shared: &Shared,
        marks: &[Watermark],
        limit: Duration,
    ) -> Result<(), BrokerError> {
        let (done, committed) = plain::channel();
        // Nobody listens any more when it took too long.
        self.commit(marks, move |result| drop(done.send(result)));
        let late = |_| Err(shared.not_committed_within(limit));
        committed.recv_timeout(limit).unwrap_or_else(late)
    }
}

fn run(shared: &Shared, requests: &Receiver<(Vec<Watermark>, Done)>) {
    while let Ok((marks, done)) = requests.recv() {
        done(commit_live(shared, &marks));
    }
}

fn commit_live(shared: &Shared, marks: &[Watermark]) -> Result<(), BrokerError> {
    let (offsets, client) = {
        // Together: what one client read is not for the next one to commit.
        let partitions = lock(&shared.partitions);
        (partitions.offsets(marks), partitions.client())
    };
    if offsets.is_empty() {
        return Ok(());
    }
    let client = client.ok_or(BrokerError::Closed)?;
    let sent = list_of(&offsets).and_then(|list| client.commit(&list, CommitMode::Sync));
    if let Some(given_up) = Arc::into_inner(client) {
        super::end(given_up);
    }
    sent.map_err(|error| shared.not_committed(&error))
}
