//! How far the groups of the program are behind, and whether anybody reads.

use super::finding::Finding;
use crate::app::Resolved;
use crate::broker::{BrokerError, GroupDescription};
use crate::cli::connection::Connection;
use crate::cli::lag::Lag;
use crate::cli::output::counted;
use crate::settings::OffsetReset;

pub(super) async fn look(connection: &Connection, group: &str, workers: &[Resolved]) -> Finding {
    let check = format!("group {group}");
    let (mut lag, mut waiting) = (Lag::default(), 0);
    let found = connection.admin.describe_group(group).await;
    let readers = workers.iter().filter(|worker| worker.group == group);
    let topics = readers.flat_map(|worker| worker.sources.iter().map(move |source| (worker, &*source.topic)));
    for (worker, topic) in topics {
        // What is wrong with the topic was said of the topic.
        let Ok(offsets) = connection.admin.offsets(topic).await else {
            continue;
        };
        let committed = match connection.admin.committed(group, topic).await {
            Ok(committed) => committed,
            Err(error) => return refused(connection, check, group, &error),
        };
        let mut of_topic = Lag::default();
        for ((first, end), committed) in offsets.into_iter().zip(committed) {
            lag.add((first, end), committed);
            // What the topic no longer has is not read.
            of_topic.add((first, end), committed.map(|at| at.clamp(first, end)));
        }
        waiting += to_read(&of_topic, worker.reset);
    }
    match found {
        Ok(found) => judged(check, found.as_ref(), &lag, waiting),
        Err(error) => refused(connection, check, group, &error),
    }
}

fn refused(connection: &Connection, check: String, group: &str, error: &BrokerError) -> Finding {
    let right = format!("--operation Read --group {group}");
    Finding::refused(check, error, &connection.settings, &right)
}

/// How many records the group would read if it went on now.
fn to_read(lag: &Lag, reset: OffsetReset) -> i64 {
    let unread = if reset == OffsetReset::Latest {
        0
    } else {
        lag.unread
    };
    lag.known().unwrap_or(0) + unread
}

fn judged(check: String, found: Option<&GroupDescription>, lag: &Lag, waiting: i64) -> Finding {
    let Some(found) = found else {
        let records = counted(usize::try_from(waiting).unwrap_or(0), "record");
        let what = format!("it is made at the next start, with {records} to read");
        return Finding::ok(check, what);
    };
    let members = counted(found.members.len(), "member");
    let what = format!("{}, {members}, {lag}", found.state);
    if found.members.is_empty() && waiting > 0 {
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
        let mut lag = Lag::default();
        for (offsets, committed) in [((0, 10), None), ((0, 10), Some(5)), ((4, 10), Some(4))] {
            lag.add(offsets, committed);
        }
        assert_eq!(to_read(&lag, OffsetReset::Earliest), 10 + 5 + 6);
        assert_eq!(to_read(&lag, OffsetReset::Latest), 5 + 6);
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
        for (found, waiting, verdict) in [
            (None, 7, Verdict::Ok),
            (Some(group(0)), 0, Verdict::Ok),
            (Some(group(0)), 7, Verdict::Warn),
            (Some(group(1)), 7, Verdict::Ok),
        ] {
            let finding = judged("g".to_owned(), found.as_ref(), &Lag::default(), waiting);
            assert_eq!(finding.verdict, verdict, "{finding:?}");
        }
    }
}
