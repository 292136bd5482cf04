//! `groups describe`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde::Serialize;

use crate::App;
use crate::broker::{Admin, BrokerError, GroupDescription, GroupMember, TopicPartition};
use crate::cli::connection::{Connection, failed};
use crate::cli::output::{Format, counted};
use crate::cli::table::{Table, maybe, number, text};
use crate::error::Result;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The group
    name: String,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Group {
    group: String,
    state: &'static str,
    protocol: &'static str,
    assignor: Option<String>,
    members: usize,
    /// Over all partitions of which the group has committed something.
    lag: i64,
    partitions: Vec<Row>,
}

/// A partition with who reads it, or a member that has none.
#[derive(Debug, Default, Serialize)]
struct Row {
    topic: Option<String>,
    partition: Option<i32>,
    committed: Option<i64>,
    end: Option<i64>,
    lag: Option<i64>,
    member: Option<String>,
    client: Option<String>,
    host: Option<String>,
    instance: Option<String>,
}

pub(super) async fn run(app: &App, options: &Options) -> Result<()> {
    let connection = Connection::open(app).await?;
    let Some(found) = connection.find_group(&options.name).await? else {
        return Err(connection.no_group(&options.name).await?);
    };
    let what = || failed(format!("the group \"{}\" could not be looked at", options.name));
    let committed = connection.admin.group_offsets(&options.name).await;
    let committed: BTreeMap<TopicPartition, i64> = committed.map_err(what())?.into_iter().collect();
    let partitions = partitions(&found, &committed);
    let ends = ends(&*connection.admin, &partitions).await.map_err(what())?;
    let group = group(found, &partitions, &committed, &ends);
    options.format.show(&group, for_people)
}

/// All that it has committed something of, or reads.
fn partitions(
    group: &GroupDescription,
    committed: &BTreeMap<TopicPartition, i64>,
) -> BTreeSet<TopicPartition> {
    let read = group.members.iter().flat_map(|member| &member.partitions);
    committed.keys().chain(read).cloned().collect()
}

/// The end of each partition; a topic that was deleted has none.
async fn ends(
    admin: &dyn Admin,
    partitions: &BTreeSet<TopicPartition>,
) -> Result<BTreeMap<String, Vec<i64>>, BrokerError> {
    let topics: BTreeSet<&str> = partitions.iter().map(|at| &*at.topic).collect();
    let mut ends = BTreeMap::new();
    for topic in topics {
        match admin.offsets(topic).await {
            Err(BrokerError::UnknownTopic { .. }) => {}
            offsets => {
                let offsets = offsets?.into_iter().map(|(_, end)| end).collect();
                ends.insert(topic.to_owned(), offsets);
            }
        }
    }
    Ok(ends)
}

fn group(
    found: GroupDescription,
    partitions: &BTreeSet<TopicPartition>,
    committed: &BTreeMap<TopicPartition, i64>,
    ends: &BTreeMap<String, Vec<i64>>,
) -> Group {
    let end = |at: &TopicPartition| {
        let ends = ends.get(&*at.topic)?;
        ends.get(usize::try_from(at.partition).ok()?).copied()
    };
    let row = |at: &TopicPartition| {
        let reader = found.members.iter().find(|member| member.partitions.contains(at));
        row(at, committed.get(at).copied(), end(at), reader)
    };
    let mut rows: Vec<Row> = partitions.iter().map(row).collect();
    let idle = found.members.iter().filter(|member| member.partitions.is_empty());
    rows.extend(idle.map(|member| of_member(Some(member))));
    Group {
        state: found.state.as_str(),
        protocol: found.protocol.as_str(),
        assignor: found.assignor,
        members: found.members.len(),
        lag: rows.iter().filter_map(|row| row.lag).sum(),
        group: found.name,
        partitions: rows,
    }
}

fn row(at: &TopicPartition, committed: Option<i64>, end: Option<i64>, reader: Option<&GroupMember>) -> Row {
    Row {
        topic: Some(at.topic.to_string()),
        partition: Some(at.partition),
        committed,
        end,
        lag: committed.zip(end).map(|(committed, end)| end - committed),
        ..of_member(reader)
    }
}

fn of_member(member: Option<&GroupMember>) -> Row {
    Row {
        member: member.map(|member| member.id.clone()),
        client: member.map(|member| member.client.clone()),
        host: member.map(|member| member.host.clone()),
        instance: member.and_then(|member| member.instance.clone()),
        ..Row::default()
    }
}

fn for_people(group: &Group) -> String {
    let assignor = group.assignor.as_ref().map(|assignor| format!(", {assignor}"));
    format!(
        "{}: {}, {}{}, {}, lag {}\n\n{}",
        group.group,
        group.state,
        group.protocol,
        assignor.unwrap_or_default(),
        counted(group.members, "member"),
        group.lag,
        table(group)
    )
}

fn table(group: &Group) -> Table {
    let mut table = Table::new([
        text("GROUP"),
        text("TOPIC"),
        number("PARTITION"),
        number("COMMITTED"),
        number("END"),
        number("LAG"),
        text("MEMBER"),
        text("CLIENT"),
        text("HOST"),
    ]);
    for row in &group.partitions {
        table.row([
            group.group.clone(),
            maybe(row.topic.as_ref()),
            maybe(row.partition),
            maybe(row.committed),
            maybe(row.end),
            maybe(row.lag),
            maybe(row.member.as_ref()),
            maybe(row.client.as_ref()),
            maybe(row.host.as_ref()),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::broker::{GroupProtocol, GroupState};

    fn at(topic: &str, partition: i32) -> TopicPartition {
        TopicPartition {
            topic: Arc::from(topic),
            partition,
        }
    }

    fn member(id: &str, partitions: Vec<TopicPartition>) -> GroupMember {
        GroupMember {
            id: id.to_owned(),
            client: "c".to_owned(),
            host: "/h".to_owned(),
            instance: None,
            partitions,
        }
    }

    #[test]
    fn every_partition_and_every_member_has_a_row() {
        let found = GroupDescription {
            name: "g".to_owned(),
            state: GroupState::Stable,
            protocol: GroupProtocol::Classic,
            assignor: None,
            members: vec![member("reads", vec![at("t", 1)]), member("waits", Vec::new())],
        };
        let committed = BTreeMap::from([(at("gone", 0), 4), (at("t", 0), 7)]);
        let ends = BTreeMap::from([("t".to_owned(), vec![10, 3])]);
        let shown = group(found.clone(), &partitions(&found, &committed), &committed, &ends);
        assert_eq!((shown.members, shown.lag), (2, 3));
        let rows: Vec<String> = table(&shown)
            .to_string()
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let expected = [
            "GROUP TOPIC PARTITION COMMITTED END LAG MEMBER CLIENT HOST",
            "g gone 0 4 - - - - -",
            "g t 0 7 10 3 - - -",
            "g t 1 - 3 - reads c /h",
            "g - - - - - waits c /h",
        ];
        assert_eq!(rows, expected);
    }
}
