//! A worker as it runs: its names at the broker, its rules and its handler.

use std::sync::Arc;
use std::time::Duration;

use crate::delivery::policy::OnExhausted;
use crate::delivery::{Freight, Rules, Stage};
use crate::handler::{ErasedHandler, Hooks};
use crate::outcome::{Outgoing, Outputs};
use crate::record::Record;
use crate::settings::OffsetReset;

/// A worker with everything resolved.
pub(crate) struct Unit {
    pub(crate) name: String,
    pub(crate) group: String,
    /// The topic of its outputs, prefix included.
    pub(crate) output_topic: Option<Arc<str>>,
    /// The topics it reads, each with that of its dead letters, prefix included.
    pub(crate) dlq_topics: Vec<(String, Arc<str>)>,
    /// Put before the topic that a message names itself.
    pub(crate) topic_prefix: String,
    /// Where its group begins without a valid offset.
    pub(crate) reset: OffsetReset,
    pub(crate) rules: Rules,
    /// What happens to records that are given up; the core's rules may say less.
    pub(crate) on_exhausted: OnExhausted,
    /// How long a hook may take, if the worker says.
    pub(crate) timeout: Option<Duration>,
    pub(crate) handler: Arc<dyn ErasedHandler>,
    pub(crate) hooks: Option<Arc<dyn Hooks>>,
}

impl Unit {
    /// Whether something is called before a record is given up.
    pub(crate) fn hears_errors(&self) -> bool {
        self.hooks.as_ref().is_some_and(|hooks| hooks.hears_errors())
    }

    /// Whether something is called once a record is handled.
    pub(crate) fn hears_successes(&self) -> bool {
        self.hooks.as_ref().is_some_and(|hooks| hooks.hears_successes())
    }
}

impl Unit {
    /// Where the dead letters of a topic go. Dead letters are rare, and topics are few.
    pub(crate) fn dlq_topic(&self, topic: &str) -> &Arc<str> {
        let found = self.dlq_topics.iter().find(|(source, _)| source == topic);
        // A record comes from a topic that was asked for.
        &found.unwrap_or(&self.dlq_topics[0]).1
    }
}

/// What this shell hangs on records.
#[derive(Clone, Debug)]
pub(crate) enum Cargo {}

impl Freight for Cargo {
    type Record = Record;
    type Outputs = Staged;
    type Cause = Arc<dyn std::error::Error + Send + Sync>;

    fn detached(record: &Record) -> Record {
        record.detach()
    }
}

/// The outputs of one record.
#[derive(Clone, Debug)]
pub(crate) struct Staged {
    pub(crate) outputs: Outputs,
    /// Whether a hook waits for their receipts. It is then a receipt of its own where there are none.
    pub(crate) hooked: bool,
}

impl Stage for Staged {
    fn count(&self) -> u32 {
        let least = usize::from(self.hooked);
        self.outputs.len().max(least) as u32
    }
    fn bytes(&self) -> usize {
        self.outputs.iter().map(Outgoing::size).sum()
    }
}
