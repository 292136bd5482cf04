//! How far the groups of the program are behind, and whether anybody reads.

use super::finding::Finding;
use crate::app::Resolved;
use crate::broker::{Admin, BrokerError, GroupDescription};
use crate::cli::connection::Connection;
use crate::cli::output::counted;
use crate::settings::OffsetReset;

pub(super) async fn look(connection: &Connection, group: &str, workers: &[Resolved]) -> Finding {
    let check = format!("group {group}");
    let mut lag = 0;
    let found = connection.admin.describe_group(group).await;
    let readers = workers.iter().filter(|worker| worker.group == group);
    let topics = readers.flat_map(|worker| worker.sources.iter().map(move |source| (worker, &*source.topic)));
    for (worker, topic) in topics {
        // What is wrong with the topic was said of the topic.
        let Ok(offsets) = connection.admin.offsets(topic).await else {
            continue;
        };
        match behind(&*connection.admin, worker, topic, offsets).await {
            Ok(records) => lag += records,
            Err(error) => return refused(connection, check, group, &error),
        }
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
async fn behind(
    admin: &dyn Admin,
    worker: &Resolved,
    topic: &str,
    offsets: Vec<(i64, i64)>,
) -> Result<i64, BrokerError> {
    let committed = admin.committed(&worker.group, topic).await?;
    let left = |((first, end), committed): ((i64, i64), Option<i64>)| match committed {
        Some(committed) => end - committed.max(first),
        None if worker.reset == OffsetReset::Latest => 0,
        None => end - first,
    };
    Ok(offsets.into_iter().zip(committed).map(left).sum())
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
