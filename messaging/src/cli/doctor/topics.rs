//! Whether every topic of the program is there.

use std::collections::BTreeMap;

use super::finding::Finding;
use crate::app::Resolved;
use crate::broker::{BrokerError, PartitionDescription};
use crate::cli::connection::Connection;
use crate::cli::output::counted;
use crate::program::how_to_create;

/// A topic, and what the program does with it; the first of these that it does counts most.
#[derive(Debug)]
pub(super) struct Topic {
    name: String,
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Read,
    Written,
    DeadLetters,
}

impl Role {
    fn noun(self) -> &'static str {
        match self {
            Role::Read => "topic",
            Role::Written => "output topic",
            Role::DeadLetters => "dead letter topic",
        }
    }
}

/// All topics of the workers, by name.
pub(super) fn of(workers: &[Resolved]) -> Vec<Topic> {
    let mut roles: BTreeMap<&str, Role> = BTreeMap::new();
    let mut add = |name, role| {
        let known = roles.entry(name).or_insert(role);
        *known = role.min(*known);
    };
    for worker in workers {
        for source in &worker.sources {
            add(&source.topic, Role::Read);
        }
        if let Some(output) = &worker.output {
            add(&output.topic, Role::Written);
        }
        for topic in worker.dlq_topics() {
            add(topic, Role::DeadLetters);
        }
    }
    let topic = |(name, role): (&str, Role)| Topic {
        name: name.to_owned(),
        role,
    };
    roles.into_iter().map(topic).collect()
}

/// `small` has the dead letter topics that dead letters may not fit into, each with the command that mends it.
pub(super) async fn look(
    connection: &Connection,
    topic: &Topic,
    small: &BTreeMap<String, String>,
) -> Finding {
    let check = format!("{} {}", topic.role.noun(), topic.name);
    match connection.admin.partitions(&topic.name).await {
        Ok(partitions) => judged(check, &partitions, small.get(&topic.name)),
        Err(BrokerError::UnknownTopic { .. }) => absent(check, connection, topic),
        Err(error) => Finding::refused(check, &error, &connection.settings, &right(topic)),
    }
}

fn judged(check: String, partitions: &[PartitionDescription], widen: Option<&String>) -> Finding {
    let numbers = |wanted: fn(&PartitionDescription) -> bool| -> Vec<String> {
        let found = partitions.iter().filter(|partition| wanted(partition));
        found.map(|partition| partition.partition.to_string()).collect()
    };
    let leaderless = numbers(|partition| partition.leader.is_none());
    if !leaderless.is_empty() {
        let what = format!("no node leads partition {}", leaderless.join(", "));
        return Finding::fail(check, what, "start the nodes that hold it, see `topics describe`");
    }
    let behind = numbers(|partition| partition.in_sync.len() < partition.replicas.len());
    if !behind.is_empty() {
        let what = format!("replicas of partition {} are behind", behind.join(", "));
        return Finding::warn(check, what, "see which nodes are down, by `topics describe`");
    }
    let what = counted(partitions.len(), "partition");
    match widen {
        Some(widen) => Finding::warn(
            check,
            format!(
                "{what}; it takes smaller messages than dead letters may be, and one that is too large would wait"
            ),
            format!("let it take them: `{widen}`"),
        ),
        None => Finding::ok(check, what),
    }
}

fn absent(check: String, connection: &Connection, topic: &Topic) -> Finding {
    let what = "it does not exist";
    let advice = format!("create it with `{}`", how_to_create(&topic.name));
    if connection.broker.capabilities().makes_topics {
        return Finding::ok(check, "it is made when it is first named");
    }
    match topic.role {
        Role::DeadLetters if connection.settings.kafka_dlq_auto_create => Finding::ok(
            check,
            "it is made with the topic whose dead letters it takes (kafka_dlq_auto_create)",
        ),
        Role::DeadLetters => {
            let what =
                format!("{what}, and kafka_dlq_auto_create is false: records that are given up would wait");
            Finding::warn(check, what, advice)
        }
        Role::Read => Finding::fail(check, format!("{what}, so nothing is read"), advice),
        Role::Written => Finding::fail(check, format!("{what}, so outputs wait"), advice),
    }
}

fn right(topic: &Topic) -> String {
    let operation = match topic.role {
        Role::Read => "Read",
        Role::Written | Role::DeadLetters => "Write",
    };
    format!("--operation {operation} --topic {}", topic.name)
}
