//! What commands ask and change: topics, groups, offsets.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use messaging::broker::{
    Admin, BrokerError, GroupDescription, GroupState, NewTopic, Outbound, TopicPartition,
};

use super::{NO_HEADERS, SOON, Subject, send};
use crate::wait::eventually_async;

/// # Errors
/// When the broker does not answer.
pub async fn topics_are_listed_and_looked_at(subject: &Subject) -> Result<()> {
    let (admin, name) = (subject.admin()?, subject.name("listed"));
    let topics = [NewTopic::named(&name)
        .partitions(3)
        .config("retention.ms", "86400000")];
    admin.create_topics(&topics).await?;
    let listed = admin.topics().await?;
    assert!(listed.is_sorted(), "{listed:?}");
    let found = listed.iter().find(|topic| topic.name == name);
    let found = found.context("it is not listed")?;
    assert_eq!(
        (found.partitions, found.replicas, found.is_internal()),
        (3, 1, false)
    );

    let nodes = admin.cluster().await?.nodes;
    let partitions = admin.partitions(&name).await?;
    assert_eq!(
        partitions.iter().map(|p| p.partition).collect::<Vec<_>>(),
        [0, 1, 2]
    );
    for partition in &partitions {
        let leader = partition.leader.context("it has no leader")?;
        assert!(nodes.iter().any(|node| node.id == leader), "{nodes:?}");
        assert_eq!(
            (&partition.replicas, &partition.in_sync),
            (&vec![leader], &vec![leader])
        );
    }
    let config = admin.topic_config(&name).await?;
    let retention = config.iter().find(|entry| entry.name == "retention.ms");
    let retention = retention.context("what it was made with is not shown")?;
    assert_eq!(
        (retention.value.as_deref(), retention.is_own),
        (Some("86400000"), true)
    );
    assert_eq!(
        config.iter().filter(|entry| entry.is_own).count(),
        1,
        "{config:?}"
    );
    let more = BTreeMap::from([("max.message.bytes".to_owned(), "2000000".to_owned())]);
    admin.configure_topic(&name, &more).await?;
    let both = async || -> Result<()> {
        let config = admin.topic_config(&name).await?;
        let own = config.iter().filter(|entry| entry.is_own);
        let own: Vec<(&str, Option<&str>)> =
            own.map(|entry| (&*entry.name, entry.value.as_deref())).collect();
        let expected = [
            ("max.message.bytes", Some("2000000")),
            ("retention.ms", Some("86400000")),
        ];
        ensure!(own == expected, "{own:?}");
        Ok(())
    };
    eventually_async(SOON, "both keys", both).await
}

/// # Errors
/// When the broker does not answer.
pub async fn a_topic_grows_and_never_shrinks(subject: &Subject) -> Result<()> {
    let (admin, topic) = (subject.admin()?, subject.topic("grows", 2).await?);
    for total in [-1, 1, 2] {
        let error = admin.grow_topic(&topic, total).await.err();
        let error = error.context("it cannot shrink")?.to_string();
        let why = "it has 2, and partitions can only be added";
        assert!(error.contains(why) && error.contains(&topic), "{error}");
    }
    admin.grow_topic(&topic, 5).await?;
    assert_eq!(admin.partitions(&topic).await?.len(), 5);
    assert_eq!(admin.offsets(&topic).await?.len(), 5);
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn what_is_asked_of_an_absent_topic_names_it(subject: &Subject) -> Result<()> {
    let (admin, absent) = (subject.admin()?, subject.name("absent-too"));
    let errors = [
        admin.partitions(&absent).await.err(),
        admin.topic_config(&absent).await.err(),
        admin.grow_topic(&absent, 4).await.err(),
        admin.configure_topic(&absent, &BTreeMap::new()).await.err(),
        admin.delete_topic(&absent).await.err(),
        admin.offsets_at(&absent, 0).await.err(),
    ];
    for error in errors {
        let error = error.context("there is no such topic")?;
        assert!(
            matches!(&error, BrokerError::UnknownTopic { topic } if *topic == absent),
            "{error}"
        );
    }
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn a_time_finds_the_first_record_that_is_not_older(subject: &Subject) -> Result<()> {
    let (admin, topic) = (subject.admin()?, subject.topic("times", 1).await?);
    let publisher = subject.publisher()?;
    let write = async || {
        let message = Outbound {
            topic: &topic,
            key: None,
            value: Some(b"x"),
            headers: &NO_HEADERS,
        };
        let receipt = send(&*publisher, message).await?;
        let (offset, time) = (receipt.offset.context("no offset")?, receipt.timestamp);
        anyhow::Ok((offset, time.context("no timestamp")?))
    };
    let (first, start) = write().await?;
    let (offset, time) = loop {
        let (offset, time) = write().await?;
        if time > start {
            break (offset, time);
        }
    };
    assert_eq!(admin.offsets_at(&topic, 0).await?, [Some(first)]);
    assert_eq!(admin.offsets_at(&topic, start).await?, [Some(first)]);
    assert_eq!(admin.offsets_at(&topic, time).await?, [Some(offset)]);
    assert_eq!(admin.offsets_at(&topic, time + 3_600_000).await?, [None]);
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn a_group_is_described_with_its_members(subject: &Subject) -> Result<()> {
    let (admin, topic) = (subject.admin()?, subject.topic("described", 2).await?);
    let group = subject.name("described");
    assert_eq!(admin.describe_group(&group).await?, None);
    let mut member = subject.join("described", &topic)?;
    member
        .until("it has both partitions", |member| member.owned.len() == 2)
        .await?;
    let found = described(&*admin, &group, GroupState::Stable).await?;
    let [only] = &found.members[..] else {
        anyhow::bail!("it has one member: {found:?}");
    };
    assert_eq!(only.partitions, [at(&topic, 0), at(&topic, 1)]);
    assert!(!only.id.is_empty() && !only.client.is_empty() && !only.host.is_empty());
    let listed = admin.groups().await?;
    assert!(listed.is_sorted(), "{listed:?}");
    let listed = listed.into_iter().find(|listed| listed.name == group);
    let listed = listed.context("it is not listed")?;
    assert_eq!(
        (listed.state, listed.protocol),
        (GroupState::Stable, found.protocol)
    );

    subject.numbers(&topic, 0..10).await?;
    member
        .until("all are read", |member| member.read.len() == 10)
        .await?;
    member.close().await?;
    let found = described(&*admin, &group, GroupState::Empty).await?;
    assert_eq!(found.members, []);
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn offsets_of_a_group_are_set_only_while_it_is_empty(subject: &Subject) -> Result<()> {
    let (admin, topic) = (subject.admin()?, subject.topic("reset", 1).await?);
    let group = subject.name("reset");
    subject.numbers(&topic, 0..10).await?;
    let mut member = subject.join("reset", &topic)?;
    member
        .until("all are read", |member| member.read.len() == 10)
        .await?;
    assert!(member.commit().await?);
    assert_eq!(admin.group_offsets(&group).await?, [(at(&topic, 0), 10)]);
    let back = [(at(&topic, 0), 4)];
    let refused = admin.set_group_offsets(&group, &back).await.err();
    let refused = refused.context("it has a member")?;
    assert!(
        matches!(&refused, BrokerError::GroupLive { group: live } if *live == group),
        "{refused}"
    );
    member.close().await?;

    described(&*admin, &group, GroupState::Empty).await?;
    admin.set_group_offsets(&group, &back).await?;
    assert_eq!(admin.group_offsets(&group).await?, back);
    let mut member = subject.join("reset", &topic)?;
    member
        .until("it reads from there", |member| member.read.len() == 6)
        .await?;
    assert_eq!(member.texts(), ["4", "5", "6", "7", "8", "9"]);
    member.close().await
}

/// # Errors
/// When the broker does not answer.
pub async fn a_group_is_made_by_setting_its_offsets(subject: &Subject) -> Result<()> {
    let (admin, topic) = (subject.admin()?, subject.topic("made-group", 2).await?);
    let group = subject.name("made-group");
    assert_eq!(admin.group_offsets(&group).await?, []);
    let offsets = [(at(&topic, 0), 0), (at(&topic, 1), 0)];
    admin.set_group_offsets(&group, &offsets).await?;
    assert_eq!(admin.group_offsets(&group).await?, offsets);
    assert_eq!(subject.committed("made-group", &topic).await?, [Some(0), Some(0)]);
    described(&*admin, &group, GroupState::Empty).await?;
    Ok(())
}

fn at(topic: &str, partition: i32) -> TopicPartition {
    TopicPartition {
        topic: Arc::from(topic),
        partition,
    }
}

/// The group, once it is in this state.
async fn described(admin: &dyn Admin, group: &str, state: GroupState) -> Result<GroupDescription> {
    let mut found = None;
    eventually_async(SOON, "the group in its state", async || {
        let now = admin.describe_group(group).await;
        let reached = matches!(&now, Ok(Some(now)) if now.state == state);
        found = now.ok().flatten();
        reached
    })
    .await?;
    found.context("it is described")
}
