//! Topics, and those that are not there.

use anyhow::{Context, Result};
use messaging::broker::{BrokerError, NewTopic, Outbound};

use super::{NO_HEADERS, Subject, send};

/// # Errors
/// When the broker does not answer.
pub async fn a_topic_is_made_once_described_and_deleted(subject: &Subject) -> Result<()> {
    let (admin, name) = (subject.admin()?, subject.name("made"));
    assert_eq!(admin.describe_topic(&name).await?, None);
    let topics = [NewTopic::named(&name).partitions(5)];
    assert_eq!(admin.create_topics(&topics).await?, [name.as_str()]);
    let other = subject.name("made-too");
    let topics = [
        NewTopic::named(&name).partitions(9),
        NewTopic::named(&other).partitions(1),
    ];
    assert_eq!(
        admin.create_topics(&topics).await?,
        [other],
        "one that is there stays as it is"
    );
    let made = admin.describe_topic(&name).await?.context("it was made")?;
    assert_eq!((made.name.as_str(), made.partitions), (name.as_str(), 5));
    admin.delete_topic(&name).await?;
    crate::wait::eventually_async(super::SOON, "the end of a deleted topic", async || {
        matches!(admin.describe_topic(&name).await, Ok(None))
    })
    .await
}

/// # Errors
/// When the broker does not answer.
pub async fn a_topic_that_cannot_be_made_is_refused_and_no_other_is_made(subject: &Subject) -> Result<()> {
    let (admin, good) = (subject.admin()?, subject.name("beside"));
    let mut without_replicas = NewTopic::named(subject.name("without-replicas"));
    without_replicas.replication = Some(0);
    let refused = [
        (
            NewTopic::named(subject.name("none")).partitions(0),
            "0 partitions",
        ),
        (
            NewTopic::named(subject.name("fewer")).partitions(-3),
            "-3 partitions",
        ),
        (without_replicas, "0 replicas"),
        (NewTopic::named(subject.name("a space")), "' '"),
    ];
    for (bad, why) in refused {
        let topics = [NewTopic::named(&good), bad];
        let error = admin.create_topics(&topics).await.err().context(why)?.to_string();
        let what = format!("creating the topic \"{}\"", topics[1].name);
        assert!(error.contains(&what) && error.contains(why), "{error}");
    }
    assert_eq!(admin.describe_topic(&good).await?, None, "all or none");
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn offsets_are_those_of_the_log(subject: &Subject) -> Result<()> {
    let topic = subject.topic("offsets", 3).await?;
    assert_eq!(subject.admin()?.offsets(&topic).await?, [(0, 0); 3]);
    assert_eq!(subject.committed("nobody", &topic).await?, [None; 3]);
    subject.numbers(&topic, 0..30).await?;
    let offsets = subject.admin()?.offsets(&topic).await?;
    assert_eq!(offsets.iter().map(|(first, end)| end - first).sum::<i64>(), 30);
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn an_absent_topic_is_told_by_name(subject: &Subject) -> Result<()> {
    let absent = subject.name("absent");
    let unknown =
        |error: BrokerError| matches!(error, BrokerError::UnknownTopic { topic } if topic == absent);
    let offsets = subject.admin()?.offsets(&absent).await;
    assert!(offsets.is_err_and(unknown), "offsets of an absent topic");
    let message = Outbound {
        topic: &absent,
        key: None,
        value: Some(b"x"),
        headers: &NO_HEADERS,
    };
    let error = send(
        &*subject.broker().publisher(std::sync::Arc::new(|_, _| {}))?,
        message,
    )
    .await;
    let error = error
        .err()
        .context("there is no such topic")?
        .downcast::<BrokerError>()?;
    assert!(unknown(error.clone()), "{error}");
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn a_topic_made_later_is_taken_up(subject: &Subject) -> Result<()> {
    let absent = subject.name("later");
    let mut member = subject.join("later", &absent)?;
    member.watch(subject.quiet).await?;
    let topics = [NewTopic::named(&absent).partitions(2)];
    subject.admin()?.create_topics(&topics).await?;
    member
        .until("it has both partitions", |member| member.owned.len() == 2)
        .await?;
    subject.numbers(&absent, 0..10).await?;
    member
        .until("all are read", |member| member.read.len() == 10)
        .await
}
