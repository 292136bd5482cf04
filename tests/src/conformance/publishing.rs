//! Users' sends.

use std::collections::BTreeSet;

use anyhow::Result;
use messaging::broker::Outbound;

use super::{NO_HEADERS, SOON, Subject, enqueue, send};

fn message<'a>(topic: &'a str, key: Option<&'a [u8]>, value: &'a [u8]) -> Outbound<'a> {
    Outbound {
        topic,
        key,
        value: Some(value),
        headers: &NO_HEADERS,
    }
}

/// The receipts of a partition have every offset from 0.
///
/// # Errors
/// When the broker does not answer.
pub async fn receipts_name_partition_and_rising_offset(subject: &Subject) -> Result<()> {
    let topic = subject.topic("receipts", 3).await?;
    let publisher = subject.publisher()?;
    let mut next = [0; 3];
    for number in 0..30_u8 {
        let receipt = send(&*publisher, message(&topic, Some(&[number]), b"x")).await?;
        let partition = receipt.partition.expect("it was waited for") as usize;
        assert_eq!(
            (receipt.topic.as_str(), receipt.offset),
            (topic.as_str(), Some(next[partition]))
        );
        assert!(receipt.timestamp.is_some());
        next[partition] += 1;
    }
    assert_eq!(next.iter().sum::<i64>(), 30);
    Ok(())
}

/// Whatever waits for a receipt and whatever does not, the order of calls is the order in the log.
///
/// # Errors
/// When the broker does not answer.
pub async fn one_keys_records_are_in_one_partition_in_order(subject: &Subject) -> Result<()> {
    let topic = subject.topic("order", 4).await?;
    let publisher = subject.publisher()?;
    for number in 0..200_u32 {
        let text = number.to_string();
        let message = message(&topic, Some(b"key"), text.as_bytes());
        match number % 40 {
            0 => drop(send(&*publisher, message).await?),
            _ => enqueue(&*publisher, message, &mut None).await?,
        }
    }
    assert_eq!(publisher.flush(SOON).await, 0);
    let mut member = subject.join("order", &topic)?;
    member
        .until("all are read", |member| member.read.len() == 200)
        .await?;
    assert_eq!(
        member.texts(),
        (0..200).map(|number: u32| number.to_string()).collect::<Vec<_>>()
    );
    let partitions: BTreeSet<i32> = member.read.iter().map(|record| record.partition()).collect();
    assert_eq!(partitions.len(), 1);
    Ok(())
}

/// A key is in the partition where the Java client puts it: `toPositive(murmur2(key)) % partitions`.
///
/// # Errors
/// When the broker does not answer.
pub async fn keys_are_placed_by_murmur2(subject: &Subject) -> Result<()> {
    const PARTITIONS: i32 = 7;
    let topic = subject.topic("murmur2", PARTITIONS).await?;
    let publisher = subject.publisher()?;
    // The hashes that Java's client gives (org.apache.kafka.common.utils.UtilsTest).
    let hashes: [(&str, i32); 5] = [
        ("21", -973_932_308),
        ("foobar", -790_332_482),
        ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
    ];
    for (key, hash) in hashes {
        let receipt = send(&*publisher, message(&topic, Some(key.as_bytes()), b"x")).await?;
        assert_eq!(
            receipt.partition,
            Some((hash & 0x7fff_ffff) % PARTITIONS),
            "{key}"
        );
    }
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn keyless_records_reach_more_than_one_partition(subject: &Subject) -> Result<()> {
    let topic = subject.topic("keyless", 4).await?;
    let publisher = subject.publisher()?;
    let mut partitions = BTreeSet::new();
    // By chance alone, 64 sends miss three of four partitions once in 2^126 times.
    for _ in 0..64 {
        partitions.extend(send(&*publisher, message(&topic, None, b"x")).await?.partition);
    }
    assert!(partitions.len() > 1, "{partitions:?}");
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn a_queued_send_is_there_after_a_flush(subject: &Subject) -> Result<()> {
    let topic = subject.topic("flush", 1).await?;
    let publisher = subject.publisher()?;
    for _ in 0..100 {
        enqueue(&*publisher, message(&topic, None, b"x"), &mut None).await?;
    }
    assert_eq!((publisher.flush(SOON).await, publisher.queued()), (0, 0));
    let mut member = subject.join("flush", &topic)?;
    member
        .until("all are read", |member| member.read.len() == 100)
        .await
}
