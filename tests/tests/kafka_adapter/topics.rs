//! Topics and groups from outside.

use std::time::Duration;

use anyhow::Result;
use messaging::Producer;
use messaging::broker::kafka::KafkaConfig;
use messaging::broker::{Broker, BrokerError, Event, NewTopic};
use messaging::settings::{Settings, Sources};
use messaging_tests::kafka::KafkaServer;
use tokio::time::Instant;

use crate::member::*;

#[tokio::test]
async fn a_topic_is_made_once_described_and_deleted() -> Result<()> {
    let kafka = kafka(&shared()?);
    let admin = kafka.admin()?;
    assert_eq!(admin.describe_topic("lives").await?, None);
    let topics = [
        NewTopic::named("lives")
            .partitions(3)
            .config("max.message.bytes", "2000000"),
        NewTopic::named("default"),
    ];
    assert_eq!(admin.create_topics(&topics).await?, ["lives", "default"]);
    assert!(admin.create_topics(&topics).await?.is_empty(), "they are there");
    let described = admin.describe_topic("lives").await?.expect("it was made");
    assert_eq!(
        (described.partitions, described.max_message_bytes),
        (3, Some(2_000_000))
    );
    send_numbers(&kafka, "lives", 10).await?;
    let written: i64 = admin
        .offsets("lives")
        .await?
        .iter()
        .map(|(first, end)| end - first)
        .sum();
    assert_eq!(written, 10);
    assert_eq!(admin.committed("nobody", "lives").await?, [None, None, None]);
    admin.delete_topic("lives").await?;
    while admin.describe_topic("lives").await?.is_some() {}
    let error = admin.offsets("lives").await.unwrap_err();
    assert!(
        matches!(&error, BrokerError::UnknownTopic { topic } if topic == "lives"),
        "{error}"
    );
    let error = admin
        .create_topics(&[NewTopic::named("not a name")])
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("creating the topic \"not a name\""),
        "{error}"
    );
    Ok(())
}

#[tokio::test]
async fn a_producer_by_hand_makes_topics_and_looks_at_them() -> Result<()> {
    let settings = Settings::load(&Sources::default().code([
        ("kafka_bootstrap_servers", KafkaServer::shared()?),
        ("topic_prefix", "by-hand."),
    ]))?;
    let producer = Producer::connect(&settings).await?;
    let topic = || [NewTopic::named("made").partitions(2)];
    assert_eq!(producer.create_topics(topic()).await?, ["by-hand.made"]);
    assert!(producer.create_topics(topic()).await?.is_empty(), "it is there");
    let found = producer.admin()?.describe_topic("by-hand.made").await?;
    assert_eq!(found.map(|topic| topic.partitions), Some(2));
    Ok(())
}

#[tokio::test]
async fn an_absent_topic_is_told_once_and_taken_up_when_it_is_there() -> Result<()> {
    let kafka = kafka(&shared()?);
    let mut member = Member::join(&kafka, &subscribe("absent", &["absent"]))?;
    let Event::Trouble(BrokerError::UnknownTopic { topic }) = member.event().await? else {
        panic!("the topic is not there")
    };
    assert_eq!(topic, "absent");
    assert!(
        member.event_within(Duration::from_secs(6)).await.is_none(),
        "told once"
    );
    make_topic(&kafka, "absent", 1).await?;
    let since = Instant::now();
    member.assigned(1).await?;
    println!("taken up after {:?}", since.elapsed());
    assert!(since.elapsed() < Duration::from_secs(10));
    Ok(())
}

#[tokio::test]
async fn a_topic_made_anew_begins_a_new_epoch() -> Result<()> {
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "anew", 1).await?;
    send_numbers(&kafka, "anew", 10).await?;
    let mut member = Member::join(&kafka, &subscribe("anew", &["anew"]))?;
    member.read(10).await?;
    let old = member.owned[0].1;
    let admin = kafka.admin()?;
    admin.delete_topic("anew").await?;
    while admin.describe_topic("anew").await?.is_some() {}
    make_topic(&kafka, "anew", 1).await?;
    send_numbers(&kafka, "anew", 3).await?;
    let read = member.read(3).await?;
    assert_eq!(read[0].offset(), 0);
    assert!(member.owned[0].1 > old, "a new epoch");
    Ok(())
}

#[tokio::test]
async fn a_probe_says_where_nobody_answers_and_why() -> Result<()> {
    let config = shared()?;
    kafka(&config).probe().await?;
    let nobody = messaging_tests::ports::Port::reserve()?;
    let address = format!("127.0.0.1:{}", nobody.number());
    let since = Instant::now();
    let error = kafka(&crate::member::config(&address)).probe().await.unwrap_err();
    assert!(error.is_retriable());
    assert!(error.to_string().contains(&address), "{error}");
    assert!(error.to_string().contains("Connection refused"), "{error}");
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    let unknown = KafkaConfig {
        bootstrap_servers: vec!["no.such.host.invalid:9092".to_owned()],
        ..config
    };
    let error = kafka(&unknown).probe().await.unwrap_err();
    assert!(error.to_string().contains("esolve"), "{error}");
    Ok(())
}
