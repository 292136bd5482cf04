//! Groups: sharing, giving back, losing.

use std::collections::BTreeSet;

use anyhow::Result;
use messaging::broker::Subscribe;

use super::member::drive;
use super::{Member, Subject};

/// Every record is read once as long as members give back what they are asked for.
///
/// # Errors
/// When the broker does not answer.
pub async fn two_members_share_and_give_back(subject: &Subject) -> Result<()> {
    let topic = subject.topic("share", 4).await?;
    subject.numbers(&topic, 0..400).await?;
    let request = Subscribe {
        max_poll_records: 5,
        ..subject.request("share", &[&topic])
    };
    let mut first = Member::join(subject, &request)?;
    first
        .until("it has all", |member| {
            member.owned.len() == 4 && member.read.len() >= 20
        })
        .await?;
    let mut second = Member::join(subject, &request)?;
    let halves = |members: &[&mut Member]| members.iter().all(|member| member.owned.len() == 2);
    drive(&mut [&mut first, &mut second], "each has its half", halves).await?;
    assert!(
        first
            .partitions()
            .iter()
            .all(|partition| !second.partitions().contains(partition))
    );
    subject.numbers(&topic, 400..500).await?;
    let all = |members: &[&mut Member]| members.iter().map(|member| member.read.len()).sum::<usize>() == 500;
    drive(&mut [&mut first, &mut second], "all are read", all).await?;
    let texts: BTreeSet<String> = first.texts().into_iter().chain(second.texts()).collect();
    assert_eq!(texts.len(), 500, "nothing was read twice");
    second.close().await?;
    first
        .until("it has all again", |member| member.owned.len() == 4)
        .await?;
    subject.numbers(&topic, 500..520).await?;
    first
        .until("the rest is read", |member| {
            member.texts().contains(&"519".to_owned())
        })
        .await
}

/// A member for whom there is no partition hears so, and waits.
///
/// # Errors
/// When the broker does not answer.
pub async fn a_member_without_partitions_is_told_so(subject: &Subject) -> Result<()> {
    let topic = subject.topic("idle", 1).await?;
    let (mut first, mut second) = (subject.join("idle", &topic)?, subject.join("idle", &topic)?);
    let told = |members: &[&mut Member]| members.iter().all(|member| member.assignments > 0);
    drive(&mut [&mut first, &mut second], "both have heard", told).await?;
    assert_eq!(first.owned.len() + second.owned.len(), 1);
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn two_groups_have_every_record_each(subject: &Subject) -> Result<()> {
    let topic = subject.topic("groups", 2).await?;
    subject.numbers(&topic, 0..20).await?;
    for group in ["one", "other"] {
        let mut member = subject.join(group, &topic)?;
        member
            .until("all are read", |member| member.read.len() == 20)
            .await?;
    }
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn a_revoke_waits_for_its_release(subject: &Subject) -> Result<()> {
    let topic = subject.topic("revoke", 2).await?;
    let mut first = subject.join("revoke", &topic)?;
    first.keeps_revoked = true;
    first
        .until("it has both", |member| member.owned.len() == 2)
        .await?;
    let mut second = subject.join("revoke", &topic)?;
    let asked = |members: &[&mut Member]| !members[0].revoked.is_empty();
    drive(&mut [&mut first, &mut second], "something is revoked", asked).await?;
    second.watch(subject.quiet).await?;
    assert!(
        second.owned.is_empty(),
        "{:?} was not given back yet",
        second.owned
    );
    first.release();
    let shared = |members: &[&mut Member]| members[1].owned.len() == 1;
    drive(&mut [&mut first, &mut second], "it is given on", shared).await?;
    assert_eq!(first.owned.len(), 1, "only what moves is revoked");
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn a_release_keeps_its_mark(subject: &Subject) -> Result<()> {
    let topic = subject.topic("mark", 2).await?;
    subject.numbers(&topic, 0..40).await?;
    let mut first = subject.join("mark", &topic)?;
    first.keeps_revoked = true;
    first
        .until("all are read", |member| member.read.len() == 40)
        .await?;
    let mut second = subject.join("mark", &topic)?;
    let asked = |members: &[&mut Member]| !members[0].revoked.is_empty();
    drive(&mut [&mut first, &mut second], "something is revoked", asked).await?;
    // As if the last two records were not done.
    for slot in first.revoked.clone() {
        let owned = first.owned.get_mut(&slot).expect("it was ours");
        owned.done = owned.done.map(|done| done - 2);
    }
    first.release();
    let read = |members: &[&mut Member]| members[1].read.len() == 2;
    drive(
        &mut [&mut first, &mut second],
        "the rest is read by the next owner",
        read,
    )
    .await?;
    let partition = second.partitions()[0] as usize;
    let (committed, ends) = (
        subject.committed("mark", &topic).await?,
        subject.ends(&topic).await?,
    );
    assert_eq!(committed[partition], ends[partition].map(|end| end - 2));
    assert_eq!(committed[1 - partition], None);
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn a_mark_of_an_old_epoch_changes_nothing(subject: &Subject) -> Result<()> {
    let topic = subject.topic("epoch", 2).await?;
    subject.numbers(&topic, 0..40).await?;
    let mut first = subject.join("epoch", &topic)?;
    first
        .until("all are read", |member| member.read.len() == 40)
        .await?;
    let old = first.owned.clone();
    let mut second = subject.join("epoch", &topic)?;
    // Nothing is done as far as its marks say, so nothing is committed when it gives back.
    first.owned.values_mut().for_each(|owned| owned.done = None);
    let moved = |members: &[&mut Member]| members[1].owned.len() == 1;
    drive(&mut [&mut first, &mut second], "one has moved", moved).await?;
    let partition = second.partitions()[0];
    let (slot, gone) = old
        .into_iter()
        .find(|(_, owned)| owned.at.partition == partition)
        .expect("it was ours");
    first.owned.clear();
    first.owned.insert(slot, gone);
    first.commit().await?;
    assert_eq!(
        subject.committed("epoch", &topic).await?[partition as usize],
        None
    );
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn of_a_lost_partition_nothing_is_kept(subject: &Subject) -> Result<()> {
    let topic = subject.topic("lost", 1).await?;
    subject.numbers(&topic, 0..10).await?;
    let mut member = subject.join("lost", &topic)?;
    member
        .until("all are read", |member| member.read.len() == 10)
        .await?;
    let marks = member.marks();
    if let Some(lose) = &subject.lose {
        lose(&subject.name("lost"), &topic, 0);
    }
    member.subscription.commit(&marks);
    member
        .until("it was lost and is read again", |member| {
            member.lost == 1 && member.read.len() == 20
        })
        .await?;
    assert_eq!(subject.committed("lost", &topic).await?, [None]);
    assert!(member.commit().await?);
    assert_eq!(subject.committed("lost", &topic).await?, [Some(10)]);
    Ok(())
}
