//! What handlers return, sent by a member of a group.

use anyhow::Result;
use messaging::broker::{NewTopic, NotQueued, Outbound};

use super::{Member, NO_HEADERS, Subject};

/// Sends the numbers of one key, with themselves as tokens.
async fn publish(member: &mut Member, topic: &str, numbers: std::ops::Range<u64>) -> Result<()> {
    for number in numbers {
        let text = number.to_string();
        let message = Outbound {
            topic,
            key: Some(b"key"),
            value: Some(text.as_bytes()),
            headers: &NO_HEADERS,
        };
        while let Err(error) = member.subscription.publish(number, message) {
            match error {
                NotQueued::Full => drop(member.step_within(super::SOON).await?),
                NotQueued::Refused(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

fn texts(numbers: std::ops::Range<u64>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

/// # Errors
/// When the broker does not answer.
pub async fn tokens_are_answered_once_and_in_order(subject: &Subject) -> Result<()> {
    let topic = subject.topic("outputs", 3).await?;
    let mut member = subject.join("outputs", &topic)?;
    publish(&mut member, &topic, 0..500).await?;
    member
        .until("all are answered", |member| member.published.len() >= 500)
        .await?;
    member
        .until("and read", |member| member.read.len() == 500)
        .await?;
    member.watch(subject.quiet).await?;
    assert_eq!(member.published, (0..500).collect::<Vec<_>>());
    assert_eq!(member.texts(), texts(0..500));
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn closing_waits_for_what_was_handed_over(subject: &Subject) -> Result<()> {
    let topic = subject.topic("closing", 1).await?;
    let mut member = subject.join("closing", &topic)?;
    publish(&mut member, &topic, 0..200).await?;
    member.close().await?;
    let mut reader = subject.join("reading", &topic)?;
    reader
        .until("all are read", |member| member.read.len() == 200)
        .await?;
    assert_eq!(reader.texts(), texts(0..200));
    Ok(())
}

/// # Errors
/// When the broker does not answer.
pub async fn outputs_wait_for_an_absent_topic(subject: &Subject) -> Result<()> {
    let (own, absent) = (subject.topic("own", 1).await?, subject.name("made-later"));
    let mut member = subject.join("waiting", &own)?;
    publish(&mut member, &absent, 0..20).await?;
    member.watch(subject.quiet).await?;
    assert_eq!(member.published, [0; 0]);
    subject
        .admin()?
        .create_topics(&[NewTopic::named(&absent).partitions(1)])
        .await?;
    member
        .until("all are answered", |member| member.published.len() == 20)
        .await?;
    let mut reader = subject.join("reading", &absent)?;
    reader
        .until("all are read", |member| member.read.len() == 20)
        .await?;
    assert_eq!(
        (member.published.clone(), reader.texts()),
        ((0..20).collect(), texts(0..20))
    );
    Ok(())
}
