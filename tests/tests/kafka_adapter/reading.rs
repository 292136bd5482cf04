//! Records in, offsets out.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Result;
use messaging::broker::kafka::{Kafka, KafkaConfig, StatisticsHook};
use messaging::broker::{Broker, BrokerError, Event, Outbound, Subscribe};
use messaging::settings::{OffsetReset, Settings, Sources};
use messaging::{Headers, Message, Producer};
use messaging_tests::kafka::KafkaServer;
use tokio::time::Instant;

use crate::member::*;

#[tokio::test]
async fn every_byte_comes_back_nulls_and_headers_too() -> Result<()> {
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "bytes", 1).await?;
    let publisher = publisher(&kafka)?;
    let mut headers = Headers::new();
    headers.push("a", &b"1"[..]);
    headers.push("a", &b""[..]);
    headers.push_null("n");
    let none = Headers::new();
    let sent = [
        Outbound {
            topic: "bytes",
            key: Some(b"k"),
            value: Some(b"v"),
            headers: &headers,
        },
        Outbound {
            topic: "bytes",
            key: None,
            value: Some(b""),
            headers: &none,
        },
        Outbound {
            topic: "bytes",
            key: Some(b""),
            value: None,
            headers: &none,
        },
    ];
    for (offset, message) in sent.into_iter().enumerate() {
        let receipt = send(&*publisher, message).await?;
        assert_eq!((receipt.topic.as_str(), receipt.partition), ("bytes", Some(0)));
        assert_eq!(receipt.offset, Some(offset as i64));
        assert!(receipt.timestamp.is_some_and(|ms| ms > 1_700_000_000_000));
    }
    let mut member = Member::join(&kafka, &subscribe("bytes", &["bytes"]))?;
    let read = member.read(3).await?;
    let parts: Vec<_> = read
        .iter()
        .map(|r| (r.key(), r.value(), r.headers().collect::<Vec<_>>()))
        .collect();
    let all = vec![("a", Some(&b"1"[..])), ("a", Some(&b""[..])), ("n", None)];
    assert_eq!(parts[0], (Some(&b"k"[..]), Some(&b"v"[..]), all));
    assert_eq!(parts[1], (None, Some(&b""[..]), vec![]));
    assert_eq!(parts[2], (Some(&b""[..]), None, vec![]));
    assert!(read[0].timestamp().is_some_and(|ms| ms > 1_700_000_000_000));
    member.close().await
}

#[tokio::test]
async fn a_null_header_of_a_users_message_is_null_at_the_broker() -> Result<()> {
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "null-headers", 1).await?;
    let servers = ("kafka_bootstrap_servers", KafkaServer::shared()?);
    let settings = Settings::load(&Sources::default().code([servers]))?;
    let producer = Producer::connect(&settings).await?;
    let text = "text".to_owned();
    let message = || Message::new(text.clone()).null_header("n").header("n", "");
    let send = producer.send("null-headers", &text);
    send.null_header("n").header("n", "").await?;
    producer.send_message("null-headers", message()).await?;
    producer.send_batch("null-headers", [message()]).await?;
    let mut member = Member::join(&kafka, &subscribe("null-headers", &["null-headers"]))?;
    for record in member.read(3).await? {
        let headers: Vec<_> = record.headers().collect();
        assert_eq!(headers, [("n", None), ("n", Some(&b""[..]))]);
    }
    member.close().await
}

#[tokio::test]
async fn a_group_goes_on_where_it_committed() -> Result<()> {
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "resume", 1).await?;
    send_numbers(&kafka, "resume", 20).await?;
    let request = Subscribe {
        max_poll_records: 5,
        ..subscribe("resume", &["resume"])
    };

    let mut first = Member::join(&kafka, &request)?;
    assert_eq!(
        first.read(5).await?.len(),
        5,
        "no more than max_poll_records at a time"
    );
    first.commit().await?;
    assert_eq!(kafka.admin()?.committed("resume", "resume").await?, [Some(5)]);
    // More was polled, and is neither committed nor closed.
    drop(first);

    let mut second = Member::join(&kafka, &request)?;
    assert_eq!(text(&second.read(5).await?[0]), "5");
    second.close().await?;
    assert_eq!(
        kafka.admin()?.committed("resume", "resume").await?,
        [Some(10)],
        "close commits"
    );
    Ok(())
}

#[tokio::test]
async fn without_an_offset_the_reset_decides() -> Result<()> {
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "reset", 1).await?;
    send_numbers(&kafka, "reset", 3).await?;

    let none = Subscribe {
        reset: OffsetReset::None,
        ..subscribe("reset-none", &["reset"])
    };
    let mut member = Member::join(&kafka, &none)?;
    let error = loop {
        if let Event::Failed(error) = member.event().await? {
            break error;
        }
    };
    assert!(
        matches!(&error, BrokerError::NoOffset { group, topic } if group == "reset-none" && topic == "reset")
    );

    let latest = Subscribe {
        reset: OffsetReset::Latest,
        ..subscribe("reset-latest", &["reset"])
    };
    let mut member = Member::join(&kafka, &latest)?;
    member.assigned(1).await?;
    let publisher = publisher(&kafka)?;
    // Assigned comes before the end was looked up: send until one arrives.
    let mut number = 3;
    let first = loop {
        let value = number.to_string();
        send(&*publisher, plain("reset", None, value.as_bytes())).await?;
        number += 1;
        if let Some(Event::Polled(_, _, batch)) = member.event_within(Duration::from_millis(200)).await {
            break records(&batch)[0].offset();
        }
    };
    assert!(first >= 3, "an old record came: {first}");
    Ok(())
}

/// Counts what the client received, by its own statistics.
fn counting(config: KafkaConfig) -> (KafkaConfig, Arc<AtomicI64>) {
    let received = Arc::new(AtomicI64::new(0));
    let told = received.clone();
    let hook = StatisticsHook::new(move |json| {
        let json: serde_json::Value = serde_json::from_slice(json).expect("statistics are JSON");
        let topics = json["topics"].as_object().into_iter().flatten();
        let partitions = topics.flat_map(|(_, topic)| topic["partitions"].as_object().into_iter().flatten());
        told.store(
            partitions.map(|(_, p)| p["rxmsgs"].as_i64().unwrap_or(0)).sum(),
            Ordering::Release,
        );
    });
    (
        KafkaConfig {
            statistics: Some(hook),
            ..config
        },
        received,
    )
}

async fn next_batch(member: &mut Member, read: &mut [usize; 2], held: u16) -> Result<()> {
    if let Event::Polled(slot, _, batch) = member.event().await? {
        read[usize::from(slot != held)] += batch.len();
    }
    Ok(())
}

async fn end_of(kafka: &Kafka, member: &Member, slot: u16) -> Result<usize> {
    let partition = member
        .owned
        .iter()
        .find(|(s, ..)| *s == slot)
        .expect("it is ours")
        .2;
    Ok(kafka.admin()?.offsets("held").await?[partition as usize].1 as usize)
}

#[tokio::test]
async fn holding_a_partition_fetches_nothing_twice() -> Result<()> {
    let (config, received) = counting(shared()?);
    let kafka = kafka(&config);
    make_topic(&kafka, "held", 2).await?;
    send_numbers(&kafka, "held", 40_000).await?;
    let mut member = Member::join(&kafka, &subscribe("held", &["held"]))?;
    member.assigned(2).await?;
    let (held, other) = (member.owned[0].0, member.owned[1].0);
    let mut read = [0, 0];
    for round in 0..20 {
        member.subscription.hold(held, round % 2 == 0);
        next_batch(&mut member, &mut read, held).await?;
    }
    member.subscription.hold(held, true);
    let before = read[0];
    let all = end_of(&kafka, &member, other).await?;
    while read[1] < all {
        next_batch(&mut member, &mut read, held).await?;
    }
    assert!(
        read[0] - before <= 10 * 500,
        "{} of a held partition: more than was on its way",
        read[0] - before
    );
    assert!(
        member.event_within(Duration::from_secs(1)).await.is_none(),
        "held is held"
    );
    member.subscription.hold(held, false);
    while read[0] + read[1] < 40_000 {
        next_batch(&mut member, &mut read, held).await?;
    }
    let end = Instant::now() + Duration::from_secs(3);
    while Instant::now() < end {
        member.event_within(Duration::from_millis(100)).await;
    }
    let received = received.load(Ordering::Acquire);
    println!("received {received} of 40000");
    assert!((40_000..=48_000).contains(&received), "received {received}");
    member.close().await
}
