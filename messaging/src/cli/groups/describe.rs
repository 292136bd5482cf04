//! `groups describe`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use crate::App;
use crate::broker::{Admin, BrokerError, GroupDescription, GroupMember, TopicPartition};
use crate::cli::connection::{Connection, failed};
use crate::cli::lag::{Lag, behind};
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
    /// Over all partitions of which the group has committed something; `None` when there are none.
    lag: Option<i64>,
    /// How many partitions it has to read of which it has committed nothing.
    uncommitted: usize,
    partitions: Vec<Row>,
    #[serde(skip)]
    counted: Lag,
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
    let mut partitions = partitions(&found, &committed);
    let own = topics_of(app, &connection, &options.name);
    let topics = partitions
        .iter()
        .map(|at| at.topic.to_string())
        .chain(own.clone());
    let offsets = offsets(&*connection.admin, topics.collect())
        .await
        .map_err(what())?;
    partitions.extend(own.iter().flat_map(|topic| all_of(topic, &offsets)));
    let group = group(found, &partitions, &committed, &offsets);
    options.format.show(&group, for_people)
}

/// The first offset and the end of each partition, by topic.
type Offsets = BTreeMap<String, Vec<(i64, i64)>>;

/// All that it has committed something of, or reads.
fn partitions(
    group: &GroupDescription,
    committed: &BTreeMap<TopicPartition, i64>,
) -> BTreeSet<TopicPartition> {
    let read = group.members.iter().flat_map(|member| &member.partitions);
    committed.keys().chain(read).cloned().collect()
}

/// What this program reads with the group, whether it has begun or not.
fn topics_of(app: &App, connection: &Connection, group: &str) -> BTreeSet<String> {
    let readers = app.resolved_by(&connection.settings).into_iter();
    let readers = readers.filter(|worker| worker.group == group);
    readers
        .flat_map(|worker| worker.sources)
        .map(|source| source.topic)
        .collect()
}

fn all_of(topic: &str, offsets: &Offsets) -> Vec<TopicPartition> {
    let name: Arc<str> = topic.into();
    let known = offsets.get(topic).map_or(0, Vec::len);
    (0..)
        .take(known)
        .map(|partition| TopicPartition {
            topic: name.clone(),
            partition,
        })
        .collect()
}

/// A topic that was deleted, or is not there yet, has none.
async fn offsets(admin: &dyn Admin, topics: BTreeSet<String>) -> Result<Offsets, BrokerError> {
    let mut all = Offsets::new();
    for topic in topics {
        match admin.offsets(&topic).await {
            Err(BrokerError::UnknownTopic { .. }) => {}
            offsets => drop(all.insert(topic, offsets?)),
        }
    }
    Ok(all)
}

fn group(
    found: GroupDescription,
    partitions: &BTreeSet<TopicPartition>,
    committed: &BTreeMap<TopicPartition, i64>,
    offsets: &Offsets,
) -> Group {
    let mut counted = Lag::default();
    let offsets = |at: &TopicPartition| {
        let of_topic = offsets.get(&*at.topic)?;
        of_topic.get(usize::try_from(at.partition).ok()?).copied()
    };
    let row = |at: &TopicPartition| {
        let reader = found.members.iter().find(|member| member.partitions.contains(at));
        let (committed, offsets) = (committed.get(at).copied(), offsets(at));
        if let Some(offsets) = offsets {
            counted.add(offsets, committed);
        }
        row(at, committed, offsets, reader)
    };
    let mut rows: Vec<Row> = partitions.iter().map(row).collect();
    let idle = found.members.iter().filter(|member| member.partitions.is_empty());
    rows.extend(idle.map(|member| of_member(Some(member))));
    Group {
        state: found.state.as_str(),
        protocol: found.protocol.as_str(),
        assignor: found.assignor,
        members: found.members.len(),
        lag: counted.known(),
        uncommitted: counted.uncommitted,
        group: found.name,
        partitions: rows,
        counted,
    }
}

fn row(
    at: &TopicPartition,
    committed: Option<i64>,
    offsets: Option<(i64, i64)>,
    reader: Option<&GroupMember>,
) -> Row {
    Row {
        topic: Some(at.topic.to_string()),
        partition: Some(at.partition),
        committed,
        end: offsets.map(|(_, end)| end),
        lag: offsets.and_then(|(_, end)| behind(end, committed)),
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
        "{}: {}, {}{}, {}, {}\n\n{}",
        group.group,
        group.state,
        group.protocol,
        assignor.unwrap_or_default(),
        counted(group.members, "member"),
        group.counted,
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
        let offsets = BTreeMap::from([("t".to_owned(), vec![(0, 10), (0, 3), (0, 0)])]);
        let mut all = partitions(&found, &committed);
        all.extend(all_of("t", &offsets));
        let shown = group(found.clone(), &all, &committed, &offsets);
        assert_eq!((shown.members, shown.lag, shown.uncommitted), (2, Some(3), 2));
        assert!(
            for_people(&shown)
                .contains(", 2 members, lag 3, and 2 partitions without a commit (3 records)\n"),
            "{}",
            for_people(&shown)
        );
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
            "g t 2 - 0 - - - -",
            "g - - - - - waits c /h",
        ];
        assert_eq!(rows, expected);
    }
}
