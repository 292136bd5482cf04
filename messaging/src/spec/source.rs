//! What the source says of a worker, for a program to read. Settings and operators may say otherwise.

use super::{Keys, WorkerSpec};
use crate::delivery::policy::OnExhausted;

impl WorkerSpec {
    /// Its group, where the source names one; `None`: what the settings `kafka_group_id` and `service` say.
    pub fn group(&self) -> Option<&str> {
        self.keys.group_id.as_deref()
    }

    /// The topic that what it returns is published to, without the setting `topic_prefix`; `None` when it has none.
    pub fn output(&self) -> Option<&str> {
        self.output.as_ref().map(|target| target.topic.as_str())
    }

    /// The topic for records that are given up, without the setting `topic_prefix`; `None` when they are not kept, as
    /// with `on_exhausted = "skip"`.
    ///
    /// ```
    /// use messaging::WorkerSpec;
    /// use messaging::delivery::policy::OnExhausted;
    ///
    /// let spec = || WorkerSpec::of("charge", "orders", async |_: String| {});
    /// assert_eq!(spec().dead_letters().as_deref(), Some("orders.dlq"));
    /// assert_eq!(spec().dlq_topic("given-up").dead_letters().as_deref(), Some("given-up"));
    /// assert_eq!(spec().on_exhausted(OnExhausted::Skip).dead_letters(), None);
    /// ```
    pub fn dead_letters(&self) -> Option<String> {
        let Keys {
            dlq_topic,
            on_exhausted,
            ..
        } = &self.keys;
        let kept = on_exhausted.unwrap_or_default() == OnExhausted::Dlq;
        kept.then(|| {
            dlq_topic
                .clone()
                .unwrap_or_else(|| format!("{}.dlq", self.topic()))
        })
    }
}
