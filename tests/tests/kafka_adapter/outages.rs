//! Servers that die.

use std::fs::File;
use std::time::Duration;

use anyhow::Result;
use messaging::broker::kafka::KafkaConfig;
use messaging::broker::{Broker, BrokerError, Event, Subscribe};
use messaging::delivery::Watermark;
use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::Signal;
use tokio::time::Instant;

use crate::member::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_is_gone_on_with() -> Result<()> {
    let mut server = KafkaServer::start()?;
    let kafka = kafka(&config(&server.bootstrap()));
    make_topic(&kafka, "outage", 1).await?;
    make_topic(&kafka, "outage-out", 1).await?;
    send_numbers(&kafka, "outage", 10).await?;
    let request = Subscribe {
        publishes: true,
        ..subscribe("outage", &["outage"])
    };
    let mut member = Member::join(&kafka, &request)?;
    member.read(10).await?;
    member.commit().await?;

    server.kill()?;
    member
        .subscription
        .publish(1, plain("outage-out", None, b"during"))
        .expect("there is room");
    let down = Instant::now();
    let mut told = 0;
    while down.elapsed() < Duration::from_secs(8) {
        match member.event_within(Duration::from_millis(200)).await {
            Some(Event::Trouble(BrokerError::Unreachable { why, .. })) => {
                println!("told: {why}");
                told += 1;
            }
            Some(Event::Published(..)) => panic!("nobody can have acknowledged it"),
            Some(Event::Failed(error)) => panic!("{error}"),
            _ => {}
        }
    }
    assert_eq!(told, 1, "once per outage");
    server.restart()?;
    let back = Instant::now();
    send_numbers(&kafka, "outage", 10).await?;
    let (mut read, mut published) = (0, false);
    while read < 10 || !published {
        match member.event().await? {
            Event::Polled(_, _, batch) => read += batch.len(),
            Event::Published(answers) => {
                for (token, result) in answers {
                    result?;
                    published |= token == 1;
                }
            }
            Event::Revoked(slots) => member.release(&slots),
            Event::Failed(error) => panic!("{error}"),
            _ => {}
        }
    }
    println!("went on after {:?}", back.elapsed());
    member.commit().await?;
    assert_eq!(kafka.admin()?.committed("outage", "outage").await?, [Some(20)]);
    assert_eq!(kafka.admin()?.offsets("outage-out").await?, [(0, 1)]);
    member.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_ends_in_time_with_the_server_down() -> Result<()> {
    let mut server = KafkaServer::start()?;
    let kafka = kafka(&config(&server.bootstrap()));
    make_topic(&kafka, "down", 1).await?;
    send_numbers(&kafka, "down", 10).await?;
    let request = Subscribe {
        publishes: true,
        ..subscribe("down", &["down"])
    };
    let mut member = Member::join(&kafka, &request)?;
    member.read(10).await?;
    server.kill()?;
    member
        .subscription
        .publish(1, plain("down", None, b"never"))
        .expect("there is room");
    let since = Instant::now();
    let limit = Duration::from_secs(3);
    let error = member.close_within(limit).await.unwrap_err();
    println!("{error} after {:?}", since.elapsed());
    assert!(
        since.elapsed() < limit + Duration::from_millis(500),
        "{:?}",
        since.elapsed()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoke_does_not_wait_for_ever_for_a_mute_coordinator() -> Result<()> {
    let mut server = KafkaServer::start()?;
    let kafka = kafka(&config(&server.bootstrap()));
    make_topic(&kafka, "mute", 2).await?;
    send_numbers(&kafka, "mute", 100).await?;
    let request = subscribe("mute", &["mute"]);
    let mut first = Member::join(&kafka, &request)?;
    first.read(100).await?;
    let mut second = Member::join(&kafka, &request)?;
    let slots = first.until_revoked().await?;
    let mark = first.mark(slots[0]).expect("it was read");

    server.signal(Signal::SIGSTOP)?;
    let since = Instant::now();
    first.release(&slots);
    let lost = loop {
        if let Event::Trouble(error @ BrokerError::Failed { .. }) = first.event().await? {
            break error.to_string();
        }
    };
    let took = since.elapsed();
    assert!(took < Duration::from_secs(8), "it waited {took:?}: {lost}");
    let given_back = format!("] at {}", mark.offset.expect("it was read"));
    assert!(
        lost.contains("giving back mute[") && lost.contains(&given_back),
        "{lost}"
    );
    assert!(lost.contains("did not answer within 5s"), "{lost}");

    server.signal(Signal::SIGCONT)?;
    // The group goes on, and the other's records can be committed again.
    while (first.owned.len(), second.owned.len()) != (1, 1) {
        for member in [&mut first, &mut second] {
            if let Some(Event::Revoked(slots)) = member.event_within(Duration::from_millis(5)).await {
                member.release(&slots);
            }
        }
    }
    first.commit().await?;
    first.close().await?;
    second.assigned(2).await?;
    second.close().await
}

/// Cuts the last batch of records off the first partition of a topic, as an election does of a replica that is behind.
fn cut_last_batch(server: &KafkaServer, topic: &str) -> Result<()> {
    let segment = format!("data/{topic}-0/00000000000000000000.log");
    let segment = File::options()
        .write(true)
        .open(server.data_dir().join(segment))?;
    // A server that was killed drops a batch that is not whole.
    Ok(segment.set_len(segment.metadata()?.len() - 1)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_done_below_the_cut_of_a_log_comes_again() -> Result<()> {
    let mut server = KafkaServer::start()?;
    let kafka = kafka(&KafkaConfig {
        session_timeout: SOON,
        ..config(&server.bootstrap())
    });
    make_topic(&kafka, "cut", 1).await?;
    let first = publisher(&kafka)?;
    for number in 0..20 {
        // One at a time, so that each is a batch.
        send(&*first, plain("cut", None, number.to_string().as_bytes())).await?;
    }
    let mut member = Member::join(&kafka, &subscribe("cut", &["cut"]))?;
    member.read(20).await?;
    let (slot, epoch, _) = member.owned[0];
    let offset = Some(5);
    member
        .subscription
        .note_watermarks(&[Watermark { slot, epoch, offset }]);

    server.kill()?;
    cut_last_batch(&server, "cut")?;
    server.restart()?;
    let receipt = send(&*publisher(&kafka)?, plain("cut", None, b"another")).await?;
    assert_eq!(receipt.offset, Some(19), "the test is void: the log was not cut");

    let read = member.read(15).await?;
    let offsets: Vec<i64> = read.iter().map(|record| record.offset()).collect();
    assert_eq!(offsets, Vec::from_iter(5..20), "nothing is left out");
    assert_eq!(text(&read[14]), "another");
    assert!(
        member.owned[0].1 > epoch,
        "what was read before is of another epoch"
    );
    member.close().await
}
