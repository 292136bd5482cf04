//! Reading without a group.

use std::future::poll_fn;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use messaging::Headers;
use messaging::broker::{BrokerError, Outbound, Reader, ReaderEvent, Start, TopicPartition};
use messaging::record::Record;
use tokio::time::timeout;

use super::{NO_HEADERS, SOON, Subject, send};

type From = [(TopicPartition, Start)];
type KeyAndValue<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);

fn at(topic: &str, partition: i32) -> TopicPartition {
    let topic = Arc::from(topic);
    TopicPartition { topic, partition }
}

async fn next(reader: &mut dyn Reader) -> Result<ReaderEvent> {
    let event = timeout(SOON, poll_fn(|context| reader.poll_event(context)));
    event.await.context("the reader tells nothing")
}

/// What it reads until each of the partitions was told to be at its end.
async fn to_the_ends(reader: &mut dyn Reader, partitions: usize) -> Result<Vec<Record>> {
    let (mut read, mut ended) = (Vec::new(), Vec::new());
    while ended.len() < partitions {
        match next(reader).await? {
            ReaderEvent::Records(batch) => {
                let at = at(batch.topic(), batch.partition());
                assert!(!ended.contains(&at), "{at:?} goes on behind its end");
                read.extend((0..batch.len()).map(|index| Record::new(&batch, index)));
            }
            ReaderEvent::End(at) => {
                assert!(!ended.contains(&at), "{at:?} ends twice");
                ended.push(at);
            }
            ReaderEvent::Trouble(_) => {}
            ReaderEvent::Failed(error) => return Err(error.into()),
        }
    }
    Ok(read)
}

async fn offsets_read(subject: &Subject, from: &From) -> Result<Vec<i64>> {
    let mut reader = subject.broker().reader(from)?;
    let read = to_the_ends(&mut *reader, from.len()).await?;
    Ok(read.iter().map(Record::offset).collect())
}

/// # Errors
/// When the broker does not answer.
pub async fn begins_where_it_is_told(subject: &Subject) -> Result<()> {
    let topic = subject.topic("begins", 1).await?;
    subject.numbers(&topic, 0..10).await?;
    for (start, first) in [
        (Start::Earliest, 0),
        (Start::Offset(7), 7),
        (Start::Offset(10), 10),
        (Start::Latest, 10),
        (Start::Offset(4_000), 0),
        (Start::Timestamp(0), 0),
        (Start::Timestamp(i64::MAX / 2), 10),
    ] {
        let read = offsets_read(subject, &[(at(&topic, 0), start)]).await?;
        assert_eq!(read, (first..10).collect::<Vec<_>>(), "{start:?}");
    }
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn begins_at_a_time(subject: &Subject) -> Result<()> {
    let topic = subject.topic("time", 1).await?;
    subject.numbers(&topic, 0..5).await?;
    let message = Outbound {
        topic: &topic,
        key: None,
        value: Some(b"now"),
        headers: &NO_HEADERS,
    };
    let receipt = send(&*subject.publisher()?, message).await?;
    let time = receipt.timestamp.context("the broker dates its records")?;
    let mut reader = subject
        .broker()
        .reader(&[(at(&topic, 0), Start::Timestamp(time))])?;
    let read = to_the_ends(&mut *reader, 1).await?;
    assert!(
        read.iter().all(|record| record.timestamp() >= Some(time)),
        "{read:?}"
    );
    assert_eq!(read.last().map(Record::offset), Some(5));
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn tells_each_end_once_and_follows(subject: &Subject) -> Result<()> {
    let topic = subject.topic("follows", 2).await?;
    subject.numbers(&topic, 0..20).await?;
    let from = [(at(&topic, 0), Start::Earliest), (at(&topic, 1), Start::Earliest)];
    let mut reader = subject.broker().reader(&from)?;
    let mut read = to_the_ends(&mut *reader, 2).await?;
    assert_eq!(read.len(), 20);
    let quiet = timeout(subject.quiet, next(&mut *reader)).await;
    assert!(quiet.is_err(), "{quiet:?} came without a new record");
    subject.numbers(&topic, 20..40).await?;
    while read.len() < 40 {
        if let ReaderEvent::Records(batch) = next(&mut *reader).await? {
            read.extend((0..batch.len()).map(|index| Record::new(&batch, index)));
        }
    }
    for partition in [0, 1] {
        let offsets = read.iter().filter(|record| record.partition() == partition);
        let offsets: Vec<i64> = offsets.map(Record::offset).collect();
        assert_eq!(offsets, (0..offsets.len() as i64).collect::<Vec<_>>());
    }
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn gives_every_byte(subject: &Subject) -> Result<()> {
    let topic = subject.topic("read-bytes", 1).await?;
    let publisher = subject.publisher()?;
    let mut headers = Headers::new();
    headers.push("a", vec![0xff, 0x00]);
    headers.push_null("a");
    let cases: [KeyAndValue<'_>; 3] = [
        (Some(&[0xfe, 0]), Some(b"")),
        (None, Some(&[0x80])),
        (Some(b""), None),
    ];
    for (key, value) in cases {
        let (topic, headers) = (&*topic, &headers);
        send(
            &*publisher,
            Outbound {
                topic,
                key,
                value,
                headers,
            },
        )
        .await?;
    }
    let mut reader = subject.broker().reader(&[(at(&topic, 0), Start::Earliest)])?;
    let read = to_the_ends(&mut *reader, 1).await?;
    let parts: Vec<_> = read.iter().map(|record| (record.key(), record.value())).collect();
    assert_eq!(parts, cases);
    assert!(read.iter().all(|record| record.headers().eq(headers.iter())));
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn takes_nothing_from_a_group(subject: &Subject) -> Result<()> {
    let topic = subject.topic("beside", 1).await?;
    let mut member = subject.join("beside", &topic)?;
    subject.numbers(&topic, 0..10).await?;
    let from = [(at(&topic, 0), Start::Earliest)];
    for _ in 0..2 {
        assert_eq!(offsets_read(subject, &from).await?.len(), 10);
    }
    member
        .until("it reads all", |member| member.read.len() == 10)
        .await?;
    assert_eq!((member.lost, member.assignments), (0, 1), "nobody else joined");
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn names_what_is_absent(subject: &Subject) -> Result<()> {
    let absent = subject.name("never-made");
    match first_event(subject, &absent, 0).await? {
        ReaderEvent::Failed(BrokerError::UnknownTopic { topic }) => assert_eq!(topic, absent),
        other => bail!("{other:?}"),
    }
    let topic = subject.topic("two-partitions", 2).await?;
    match first_event(subject, &topic, 7).await? {
        ReaderEvent::Failed(error) => {
            let what = format!("reading partition 7 of the topic \"{topic}\" failed: it has 2");
            assert!(error.to_string().starts_with(&what), "{error}");
        }
        other => bail!("{other:?}"),
    }
    Ok(())
}

async fn first_event(subject: &Subject, topic: &str, partition: i32) -> Result<ReaderEvent> {
    let mut reader = subject
        .broker()
        .reader(&[(at(topic, partition), Start::Earliest)])?;
    next(&mut *reader).await
}
