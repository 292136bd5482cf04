//! How far the groups of the program are behind, and whether anybody reads.

use super::finding::Finding;
use crate::app::Resolved;
use crate::broker::{BrokerError, GroupDescription, TopicPartition};
use crate::cli::connection::Connection;
use crate::cli::output::counted;
use crate::settings::OffsetReset;

pub(super) async fn look(connection: &Connection, group: &str, workers: &[Resolved]) -> Finding {
    let check = format!("group {group}");
    let mut lag = 0;
    let found = connection.admin.describe_group(group).await;
    let committed = match connection.admin.group_offsets(group).await {
        Ok(committed) => committed,
        Err(error) => return refused(connection, check, group, &error),
    };
    let readers = workers.iter().filter(|worker| worker.group == group);
    let topics = readers.flat_map(|worker| worker.sources.iter().map(move |source| (worker, &*source.topic)));
    for (worker, topic) in topics {
        // What is wrong with the topic was said of the topic.
        let Ok(offsets) = connection.admin.offsets(topic).await else {
            continue;
        };
        lag += behind(worker.reset, topic, &offsets, &committed);
    }
    match found {
        Ok(found) => judged(check, found.as_ref(), lag),
        Err(error) => refused(connection, check, group, &error),
    }
}

fn refused(connection: &Connection, check: String, group: &str, error: &BrokerError) -> Finding {
    let right = format!("--operation Read --group {group}");
    Finding::refused(check, error, &connection.settings, &right)
}

/// How many records the group has still to do, or would have when it began now.
fn behind(
    reset: OffsetReset,
    topic: &str,
    offsets: &[(i64, i64)],
    committed: &[(TopicPartition, i64)],
) -> i64 {
    let committed_on = |partition: i32| {
        let mut of_group = committed.iter();
        of_group
            .find_map(|(at, offset)| (&*at.topic == topic && at.partition == partition).then_some(*offset))
    };
    let left = |(partition, (first, end)): (i32, &(i64, i64))| match committed_on(partition) {
        Some(committed) => end - committed.max(*first),
        None if reset == OffsetReset::Latest => 0,
        None => end - first,
    };
    (0..).zip(offsets).map(left).sum()
}

fn judged(check: String, found: Option<&GroupDescription>, lag: i64) -> Finding {
    let Some(found) = found else {
        let what = format!("it is made at the next start, {lag} behind");
        return Finding::ok(check, what);
    };
    let members = counted(found.members.len(), "member");
    let what = format!("{}, {members}, {lag} behind", found.state);
    if found.members.is_empty() && lag > 0 {
        return Finding::warn(check, what, "nobody reads; start the program with `run`");
    }
    Finding::ok(check, what)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;
    use crate::broker::{GroupProtocol, GroupState};

    #[test]
    fn what_is_behind_begins_where_the_group_would_go_on() {
        let at = |topic: &str, partition| TopicPartition {
            topic: topic.into(),
            partition,
        };
        let committed = [(at("in", 1), 5), (at("other", 0), 9), (at("in", 2), 1)];
        let offsets = [(0, 10), (0, 10), (4, 10)];
        assert_eq!(
            behind(OffsetReset::Earliest, "in", &offsets, &committed),
            10 + 5 + 6
        );
        assert_eq!(behind(OffsetReset::Latest, "in", &offsets, &committed), 5 + 6);
    }

    #[test]
    fn only_records_that_nobody_reads_are_worth_a_warning() {
        let group = |members: usize| GroupDescription {
            name: "g".to_owned(),
            state: GroupState::Empty,
            protocol: GroupProtocol::Classic,
            assignor: None,
            members: vec![
                crate::broker::GroupMember {
                    id: "m".to_owned(),
                    client: "c".to_owned(),
                    host: "h".to_owned(),
                    instance: None,
                    partitions: Vec::new(),
                };
                members
            ],
        };
        for (found, lag, verdict) in [
            (None, 7, Verdict::Ok),
            (Some(group(0)), 0, Verdict::Ok),
            (Some(group(0)), 7, Verdict::Warn),
            (Some(group(1)), 7, Verdict::Ok),
        ] {
            let finding = judged("g".to_owned(), found.as_ref(), lag);
            assert_eq!(finding.verdict, verdict, "{finding:?}");
        }
    }
}
