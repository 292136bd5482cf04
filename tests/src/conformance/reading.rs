//! What a member of a group reads, and where it begins.

use anyhow::Result;
use messaging::Headers;
use messaging::broker::{Outbound, Subscribe};
use messaging::settings::OffsetReset;

use super::{Member, NO_HEADERS, Subject, send};

/// Null and empty values, keys with any bytes, headers with duplicates, nulls and empty values, in their order.
///
/// # Errors
/// When the broker does not answer.
pub async fn every_byte_comes_back(subject: &Subject) -> Result<()> {
    let topic = subject.topic("bytes", 1).await?;
    let publisher = subject.publisher()?;
    let mut headers = Headers::new();
    headers.push("a", "1");
    headers.push_null("nothing");
    headers.push("a", "2");
    headers.push("empty", "");
    headers.push("bytes", vec![0xff, 0x00]);
    let every_byte: Vec<u8> = (0..=255).collect();
    type Case<'a> = (Option<&'a [u8]>, Option<&'a [u8]>, &'a Headers);
    let cases: [Case<'_>; 4] = [
        (Some(&every_byte), Some(&every_byte), &headers),
        (Some(b"gone"), None, &headers),
        (None, Some(b""), &NO_HEADERS),
        (None, None, &NO_HEADERS),
    ];
    for (key, value, headers) in cases {
        send(
            &*publisher,
            Outbound {
                topic: &topic,
                key,
                value,
                headers,
            },
        )
        .await?;
    }
    let mut member = subject.join("bytes", &topic)?;
    member
        .until("all are read", |member| member.read.len() == cases.len())
        .await?;
    for (offset, (record, (key, value, headers))) in member.read.iter().zip(cases).enumerate() {
        assert_eq!(
            (record.offset(), record.key(), record.value()),
            (offset as i64, key, value)
        );
        assert!(record.headers().eq(headers.iter()), "{record:?}");
        assert!(record.timestamp().is_some());
    }
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn an_empty_key_is_no_null_key(subject: &Subject) -> Result<()> {
    let topic = subject.topic("keys", 1).await?;
    let publisher = subject.publisher()?;
    let keys: [Option<&[u8]>; 3] = [Some(b""), None, Some(b"")];
    for key in keys {
        send(
            &*publisher,
            Outbound {
                topic: &topic,
                key,
                value: Some(b"x"),
                headers: &NO_HEADERS,
            },
        )
        .await?;
    }
    let mut member = subject.join("keys", &topic)?;
    member
        .until("all are read", |member| member.read.len() == 3)
        .await?;
    assert_eq!(
        member.read.iter().map(|record| record.key()).collect::<Vec<_>>(),
        keys
    );
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn a_group_goes_on_where_it_committed(subject: &Subject) -> Result<()> {
    let topic = subject.topic("resume", 2).await?;
    subject.numbers(&topic, 0..50).await?;
    let mut first = subject.join("resume", &topic)?;
    first
        .until("all are read", |member| member.read.len() == 50)
        .await?;
    assert!(first.commit().await?);
    assert_eq!(
        subject.committed("resume", &topic).await?,
        subject.ends(&topic).await?
    );
    subject.numbers(&topic, 50..80).await?;
    first
        .until("the rest is read", |member| member.read.len() == 80)
        .await?;
    drop(first);
    let mut second = subject.join("resume", &topic)?;
    second
        .until("the rest is read again", |member| member.read.len() >= 30)
        .await?;
    second.watch(subject.quiet).await?;
    let mut numbers: Vec<u32> = second
        .texts()
        .iter()
        .map(|text| text.parse())
        .collect::<Result<_, _>>()?;
    numbers.sort_unstable();
    assert_eq!(numbers, (50..80).collect::<Vec<_>>());
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn without_an_offset_the_reset_decides(subject: &Subject) -> Result<()> {
    let topic = subject.topic("reset", 1).await?;
    subject.numbers(&topic, 0..5).await?;
    let latest = Subscribe {
        reset: OffsetReset::Latest,
        ..subject.request("latest", &[&topic])
    };
    let (mut latest, mut earliest) = (Member::join(subject, &latest)?, subject.join("earliest", &topic)?);
    latest
        .until("it has its partition", |member| member.owned.len() == 1)
        .await?;
    latest.watch(subject.quiet).await?;
    subject.numbers(&topic, 5..8).await?;
    latest
        .until("the new ones are read", |member| member.read.len() == 3)
        .await?;
    assert_eq!(latest.texts(), ["5", "6", "7"]);
    earliest
        .until("all are read", |member| member.read.len() == 8)
        .await?;
    assert_eq!(earliest.texts(), ["0", "1", "2", "3", "4", "5", "6", "7"]);
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn closing_commits_and_leaves(subject: &Subject) -> Result<()> {
    let topic = subject.topic("close", 2).await?;
    subject.numbers(&topic, 0..20).await?;
    let mut first = subject.join("close", &topic)?;
    first
        .until("all are read", |member| member.read.len() == 20)
        .await?;
    first.close().await?;
    assert_eq!(
        subject.committed("close", &topic).await?,
        subject.ends(&topic).await?
    );
    let mut second = subject.join("close", &topic)?;
    second
        .until("it has all partitions", |member| member.owned.len() == 2)
        .await?;
    second.watch(subject.quiet).await?;
    assert_eq!(second.texts(), [""; 0]);
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn leaving_without_close_commits_nothing(subject: &Subject) -> Result<()> {
    let topic = subject.topic("drop", 1).await?;
    subject.numbers(&topic, 0..10).await?;
    let mut first = subject.join("drop", &topic)?;
    first
        .until("all are read", |member| member.read.len() == 10)
        .await?;
    drop(first);
    let mut second = subject.join("drop", &topic)?;
    second
        .until("all are read again", |member| member.read.len() == 10)
        .await?;
    assert_eq!(subject.committed("drop", &topic).await?, [None]);
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn a_held_partition_rests_and_goes_on_without_a_gap(subject: &Subject) -> Result<()> {
    let topic = subject.topic("hold", 2).await?;
    let request = Subscribe {
        max_poll_records: 10,
        ..subject.request("hold", &[&topic])
    };
    let mut member = Member::join(subject, &request)?;
    member
        .until("it has both", |member| member.owned.len() == 2)
        .await?;
    let held = member.slot(0)?;
    member.subscription.hold(held, true);
    // Whatever was on its way when it was held has come.
    member.watch(subject.quiet).await?;
    subject.numbers(&topic, 0..300).await?;
    let ends = subject.ends(&topic).await?;
    let (first, second) = (ends[0].unwrap_or(0) as usize, ends[1].unwrap_or(0) as usize);
    member
        .until("the other is read", |member| member.read.len() == second)
        .await?;
    member.watch(subject.quiet).await?;
    assert!(
        member.read.iter().all(|record| record.partition() == 1),
        "it was held"
    );
    member.subscription.hold(held, false);
    member
        .until("all are read", |member| member.read.len() == first + second)
        .await?;
    let offsets: Vec<i64> = member
        .read
        .iter()
        .filter(|r| r.partition() == 0)
        .map(|r| r.offset())
        .collect();
    assert_eq!(offsets, (0..first as i64).collect::<Vec<_>>());
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn no_poll_gives_more_than_asked(subject: &Subject) -> Result<()> {
    let topic = subject.topic("most", 1).await?;
    subject.numbers(&topic, 0..100).await?;
    let request = Subscribe {
        max_poll_records: 7,
        ..subject.request("most", &[&topic])
    };
    let mut member = Member::join(subject, &request)?;
    let mut before = 0;
    while member.read.len() < 100 {
        member
            .until("more is read", |member| member.read.len() > before)
            .await?;
        assert!(
            member.read.len() - before <= 7,
            "{} at once",
            member.read.len() - before
        );
        before = member.read.len();
    }
    Ok(())
}
