//! The thread that commits, one request at a time.
//!
//! rdkafka never tells how an asynchronous commit ended (<https://github.com/fede1024/rust-rdkafka/issues/856>), so that
//! it is a synchronous one, on a thread that may wait.

use std::sync::Arc;
use std::sync::mpsc::{self as plain, Receiver};

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};

use super::member::{Shared, lock};
use super::rebalance::{Member, Offsets, list_of};
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

    /// Commits those marks whose epoch is not over.
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
}

fn run(shared: &Shared, requests: &Receiver<(Vec<Watermark>, Done)>) {
    while let Ok((marks, done)) = requests.recv() {
        done(commit_live(shared, &marks));
    }
}

fn commit_live(shared: &Shared, marks: &[Watermark]) -> Result<(), BrokerError> {
    // What is live is looked up behind the gate: a mark must not follow the one its partition was given back with.
    let _gate = lock(&shared.commit_gate);
    let offsets = shared.offsets(marks);
    let consumer = lock(&shared.client).upgrade().ok_or(BrokerError::Closed)?;
    send(shared, &consumer, &offsets)
}

/// Commits on the calling thread, behind whatever is being committed.
pub(super) fn commit_now(
    shared: &Shared,
    consumer: &BaseConsumer<Member>,
    offsets: &Offsets,
) -> Result<(), BrokerError> {
    let _gate = lock(&shared.commit_gate);
    send(shared, consumer, offsets)
}

fn send(shared: &Shared, consumer: &BaseConsumer<Member>, offsets: &Offsets) -> Result<(), BrokerError> {
    if offsets.is_empty() {
        return Ok(());
    }
    let sent = list_of(offsets).and_then(|list| consumer.commit(&list, CommitMode::Sync));
    sent.map_err(|error| shared.not_committed(&error))
}
