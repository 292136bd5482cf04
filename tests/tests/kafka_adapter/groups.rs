//! Rebalances.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use messaging::broker::kafka::KafkaConfig;
use messaging::broker::{Broker, Event, Subscribe};
use tokio::time::Instant;

use crate::member::*;

#[tokio::test]
async fn two_members_share_and_no_record_is_lost() -> Result<()> {
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "share", 4).await?;
    send_numbers(&kafka, "share", 2_000).await?;
    let request = Subscribe {
        max_poll_records: 10,
        ..subscribe("share", &["share"])
    };
    let mut seen = BTreeSet::new();
    let mut first = Member::join(&kafka, &request)?;
    seen.extend(first.read(300).await?.iter().map(text));

    let mut second = Member::join(&kafka, &request)?;
    // Both are driven until each has its half.
    while (first.owned.len(), second.owned.len()) != (2, 2) {
        for member in [&mut first, &mut second] {
            if let Some(event) = member.event_within(Duration::from_millis(5)).await {
                match event {
                    Event::Revoked(slots) => member.release(&slots),
                    Event::Polled(_, _, batch) => seen.extend(records(&batch).iter().map(text)),
                    _ => {}
                }
            }
        }
    }
    while seen.len() < 2_000 {
        for member in [&mut first, &mut second] {
            if let Some(Event::Polled(_, _, batch)) = member.event_within(Duration::from_millis(5)).await {
                seen.extend(records(&batch).iter().map(text));
            }
        }
    }
    second.close().await?;
    first.assigned(4).await?;
    first.close().await?;
    let committed = kafka.admin()?.committed("share", "share").await?;
    let ends = kafka.admin()?.offsets("share").await?;
    assert_eq!(
        committed,
        ends.iter().map(|(_, end)| Some(*end)).collect::<Vec<_>>()
    );
    Ok(())
}

#[tokio::test]
async fn a_revoke_waits_for_its_release_and_commits_the_mark() -> Result<()> {
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "revoke", 2).await?;
    send_numbers(&kafka, "revoke", 100).await?;
    let request = subscribe("revoke", &["revoke"]);
    let mut first = Member::join(&kafka, &request)?;
    first.read(100).await?;
    let before = first.owned.clone();
    let mut second = Member::join(&kafka, &request)?;
    let slots = first.until_revoked().await?;
    assert_eq!(slots.len(), 1, "cooperative: only what moves is revoked");
    let partition = before
        .iter()
        .find(|(slot, ..)| *slot == slots[0])
        .expect("it was ours")
        .2;
    let waited = Duration::from_millis(800);
    while let Some(event) = second.event_within(waited).await {
        let came = matches!(&event, Event::Assigned(assigned) if !assigned.is_empty());
        assert!(!came, "not released yet");
    }
    assert_eq!(kafka.admin()?.committed("revoke", "revoke").await?, [None, None]);
    first.release(&slots);
    second.assigned(1).await?;
    assert_eq!(second.owned[0].2, partition);
    let committed = kafka.admin()?.committed("revoke", "revoke").await?;
    let ends = kafka.admin()?.offsets("revoke").await?;
    assert_eq!(committed[partition as usize], Some(ends[partition as usize].1));
    assert_eq!(committed[1 - partition as usize], None, "only what was revoked");
    Ok(())
}

#[tokio::test]
async fn a_stuck_driver_is_given_up_and_only_what_it_noted_is_committed() -> Result<()> {
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "stuck", 2).await?;
    send_numbers(&kafka, "stuck", 100).await?;
    let request = Subscribe {
        revoke_deadline: Duration::from_secs(1),
        ..subscribe("stuck", &["stuck"])
    };
    let mut first = Member::join(&kafka, &request)?;
    first.read(100).await?;
    let mut noted = first.marks();
    for mark in &mut noted {
        mark.offset = Some(7);
    }
    first.subscription.note_watermarks(&noted);
    let mut second = Member::join(&kafka, &request)?;
    // From now on nobody drives the first.
    let slots = first.until_revoked().await?;
    let since = Instant::now();
    second.assigned(1).await?;
    let took = since.elapsed();
    assert!(
        took >= Duration::from_millis(1_000) && took < Duration::from_secs(6),
        "{took:?}"
    );
    let committed = kafka.admin()?.committed("stuck", "stuck").await?;
    let partition = second.owned[0].2 as usize;
    assert_eq!(committed[partition], Some(7));
    assert_eq!(committed[1 - partition], None);
    // A release that comes too late changes nothing.
    first.release(&slots);
    first.commit().await?;
    assert_eq!(
        kafka.admin()?.committed("stuck", "stuck").await?[partition],
        Some(7)
    );
    Ok(())
}

#[tokio::test]
async fn a_dropped_member_leaves_at_once_and_commits_nothing() -> Result<()> {
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "dropped", 1).await?;
    send_numbers(&kafka, "dropped", 10).await?;
    let request = Subscribe {
        publishes: true,
        ..subscribe("dropped", &["dropped"])
    };
    let mut first = Member::join(&kafka, &request)?;
    first.read(10).await?;
    let since = Instant::now();
    drop(first);
    assert!(
        since.elapsed() < Duration::from_millis(100),
        "dropping took {:?}",
        since.elapsed()
    );
    let mut second = Member::join(&kafka, &request)?;
    assert_eq!(text(&second.read(10).await?[0]), "0");
    assert!(
        since.elapsed() < Duration::from_secs(5),
        "the session did not have to run out"
    );
    Ok(())
}

#[tokio::test]
async fn a_member_whose_name_another_took_ends_and_the_other_goes_on() -> Result<()> {
    let config = KafkaConfig {
        instance_id: Some("one".to_owned()),
        ..shared()?
    };
    let kafka = kafka(&config);
    make_topic(&kafka, "fenced", 1).await?;
    send_numbers(&kafka, "fenced", 10).await?;
    let request = subscribe("fenced", &["fenced"]);
    let mut first = Member::join(&kafka, &request)?;
    first.read(10).await?;
    let mut second = Member::join(&kafka, &request)?;
    assert_eq!(second.read(10).await?.len(), 10, "nothing was committed");

    let Event::Lost(_) = first.event().await? else {
        panic!("what was its is the other's")
    };
    let Event::Failed(error) = first.event().await? else {
        panic!("a new client would fence the other")
    };
    let error = error.to_string();
    assert!(error.contains("the same kafka_instance_id, \"one\""), "{error}");
    first.close().await?;
    second.commit().await?;
    send_numbers(&kafka, "fenced", 1).await?;
    second.read(1).await?;
    assert_eq!(kafka.admin()?.committed("fenced", "fenced").await?, [Some(10)]);
    second.close().await
}
