//! Groups that have never committed on a topic that has records.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::several;
use crate::app::Resolved;
use crate::broker::Admin;

/// Says when a group has never committed on a topic that has records: its first start handles, or skips, all of them.
/// Nobody waits for it: it is one line of the log.
pub(in crate::app) async fn announce_new_groups(admin: Arc<dyn Admin>, workers: Vec<Resolved>) {
    let mut groups = BTreeMap::<&str, Vec<&Resolved>>::new();
    for worker in &workers {
        groups.entry(&worker.group).or_default().push(worker);
    }
    let new = groups
        .into_iter()
        .map(|(group, workers)| new_on(&*admin, group, workers));
    let new = several(new).await.into_iter().flatten();
    several(new.map(|(worker, topic)| announce(&*admin, worker, topic))).await;
}

/// The topics on which the group has committed nothing, each with its worker. Most have, and are not asked about further.
async fn new_on<'a>(
    admin: &dyn Admin,
    group: &str,
    workers: Vec<&'a Resolved>,
) -> Vec<(&'a Resolved, &'a str)> {
    let Ok(committed) = admin.group_offsets(group).await else {
        return Vec::new();
    };
    let is_new = |topic: &str| !committed.iter().any(|(at, _)| &*at.topic == topic);
    let topics = workers
        .into_iter()
        .flat_map(|worker| worker.sources.iter().map(move |source| (worker, &*source.topic)));
    topics.filter(|(_, topic)| is_new(topic)).collect()
}

async fn announce(admin: &dyn Admin, worker: &Resolved, topic: &str) {
    let Ok(offsets) = admin.offsets(topic).await else {
        return;
    };
    let records: i64 = offsets.iter().map(|(first, end)| end - first).sum();
    if records > 0 {
        tracing::warn!(group = %worker.group, group_from = worker.group_from, %topic, records,
            auto_offset_reset = worker.reset.as_str(), "the group is new on a topic that has records");
    }
}
