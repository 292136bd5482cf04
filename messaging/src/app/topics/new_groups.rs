//! Groups that have never committed on a topic that has records.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::several;
use crate::app::Resolved;
use crate::broker::Admin;

/// Says when a group has never committed on a topic that has records: its first start handles, or skips, all of them.
/// Nobody waits for it: it is one line of the log.
///
/// A group is asked about each of its topics. librdkafka 2.12 has one question for all of them, and crashes on its
/// answer while the coordinator of a new cluster is not there yet.
pub(in crate::app) async fn announce_new_groups(admin: Arc<dyn Admin>, workers: Vec<Resolved>) {
    let topics = workers
        .iter()
        .flat_map(|worker| worker.sources.iter().map(move |source| (worker, &*source.topic)));
    let once: BTreeMap<(&str, &str), &Resolved> = topics
        .map(|(worker, topic)| ((&*worker.group, topic), worker))
        .collect();
    let questions = once
        .into_iter()
        .map(|((_, topic), worker)| announce(&*admin, worker, topic));
    several(questions).await;
}

async fn announce(admin: &dyn Admin, worker: &Resolved, topic: &str) {
    let committed = admin.committed(&worker.group, topic).await;
    // Most have committed, and the topic is not asked about then.
    if !committed.is_ok_and(|committed| committed.iter().all(Option::is_none)) {
        return;
    }
    let Ok(offsets) = admin.offsets(topic).await else {
        return;
    };
    let records: i64 = offsets.iter().map(|(first, end)| end - first).sum();
    if records > 0 {
        tracing::warn!(group = %worker.group, group_from = worker.group_from, %topic, records,
            auto_offset_reset = worker.reset.as_str(), "the group is new on a topic that has records");
    }
}
