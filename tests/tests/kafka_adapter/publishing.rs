//! Users' sends, and a subscription's own outputs.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use messaging::broker::kafka::{Kafka, KafkaConfig};
use messaging::broker::{Broker, BrokerError, Event, NewTopic, Subscribe, Waiter};
use messaging::record::Record;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use tokio::time::{Instant, timeout};

use crate::member::*;

#[tokio::test]
async fn a_waited_send_does_not_pay_the_linger() -> Result<()> {
    let config = KafkaConfig {
        linger: Duration::from_millis(500),
        ..shared()?
    };
    let kafka = kafka(&config);
    make_topic(&kafka, "linger", 1).await?;
    let publisher = publisher(&kafka)?;
    send(&*publisher, plain("linger", None, b"connects")).await?;
    let mut took = Vec::new();
    for _ in 0..40 {
        let since = Instant::now();
        send(&*publisher, plain("linger", None, b"x")).await?;
        took.push(since.elapsed());
    }
    took.sort();
    println!("median {:?}, longest {:?}", took[20], took[39]);
    assert!(took[20] < Duration::from_millis(250), "median {:?}", took[20]);
    Ok(())
}

#[tokio::test]
async fn keys_are_placed_as_java_places_them() -> Result<()> {
    // murmur2 of each key, from the test of Kafka's own client.
    let known = [
        ("21", -973_932_308),
        ("foobar", -790_332_482),
        ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
    ];
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "placed", 7).await?;
    let publisher = publisher(&kafka)?;
    for (key, hash) in known {
        let receipt = send(&*publisher, plain("placed", Some(key.as_bytes()), b"v")).await?;
        assert_eq!(receipt.partition, Some((hash & 0x7fff_ffff) % 7), "{key}");
    }
    let mut member = Member::join(
        &kafka,
        &Subscribe {
            publishes: true,
            ..subscribe("placed", &["placed"])
        },
    )?;
    for (token, (key, _)) in known.iter().enumerate() {
        member
            .subscription
            .publish(token as u64, plain("placed", Some(key.as_bytes()), b"v"))
            .expect("there is room");
    }
    for record in member.read(10).await? {
        let hash = known
            .iter()
            .find(|(key, _)| record.key() == Some(key.as_bytes()))
            .expect("a known key")
            .1;
        assert_eq!(record.partition(), (hash & 0x7fff_ffff) % 7);
    }
    Ok(())
}

#[tokio::test]
async fn outputs_are_answered_once_each_in_order_also_those_the_broker_refuses() -> Result<()> {
    let kafka = kafka(&shared()?);
    make_topic(&kafka, "outputs-in", 1).await?;
    let small = NewTopic::named("outputs")
        .partitions(1)
        .config("max.message.bytes", "50000");
    kafka.admin()?.create_topics(&[small]).await?;
    let request = Subscribe {
        publishes: true,
        ..subscribe("outputs", &["outputs-in"])
    };
    let mut member = Member::join(&kafka, &request)?;
    let large = vec![b'x'; 60_000];
    member
        .subscription
        .publish(1, plain("outputs", None, b"1"))
        .expect("there is room");
    assert!(answers(&mut member, 1).await?[0].1.is_ok());
    member
        .subscription
        .publish(2, plain("outputs", None, &large))
        .expect("there is room");
    let refused = answers(&mut member, 1).await?.remove(0);
    assert!(
        matches!(&refused, (2, Err(BrokerError::Refused { topic, .. })) if topic == "outputs"),
        "{refused:?}"
    );
    for token in 3..1_000 {
        let value = token.to_string();
        member
            .subscription
            .publish(token, plain("outputs", None, value.as_bytes()))
            .expect("there is room");
    }
    let tokens: Vec<u64> = answers(&mut member, 997)
        .await?
        .into_iter()
        .map(|(token, _)| token)
        .collect();
    assert_eq!(tokens, (3..1_000).collect::<Vec<_>>());
    member.close().await?;
    assert_eq!(kafka.admin()?.offsets("outputs").await?, [(0, 998)]);
    Ok(())
}

async fn answers(member: &mut Member, count: usize) -> Result<Vec<(u64, Result<(), BrokerError>)>> {
    let mut all = Vec::new();
    while all.len() < count {
        if let Event::Published(answers) = member.event().await? {
            let plain = |error: Arc<BrokerError>| (*error).clone();
            all.extend(
                answers
                    .into_iter()
                    .map(|(token, result)| (token, result.map_err(plain))),
            );
        }
    }
    Ok(all)
}

#[tokio::test]
async fn outputs_for_an_absent_topic_wait_for_it_and_keep_their_order() -> Result<()> {
    let extra = [("topic.metadata.propagation.max.ms".to_owned(), "1000".to_owned())];
    let kafka = kafka(&KafkaConfig {
        extra: extra.into(),
        ..shared()?
    });
    make_topic(&kafka, "early-in", 1).await?;
    let request = Subscribe {
        publishes: true,
        ..subscribe("early", &["early-in"])
    };
    let mut member = Member::join(&kafka, &request)?;
    let publish = |member: &mut Member, token: u64| {
        let value = token.to_string();
        member
            .subscription
            .publish(token, plain("early", Some(b"k"), value.as_bytes()))
            .expect("there is room");
    };
    for token in 0..50 {
        publish(&mut member, token);
    }
    loop {
        match member.event().await? {
            Event::Trouble(BrokerError::UnknownTopic { topic }) if topic == "early" => break,
            Event::Published(..) => panic!("there is no such topic"),
            _ => {}
        }
    }
    for token in 50..100 {
        publish(&mut member, token);
    }
    make_topic(&kafka, "early", 2).await?;
    assert!(
        answers(&mut member, 100)
            .await?
            .iter()
            .all(|(_, result)| result.is_ok())
    );
    let mut reader = Member::join(&kafka, &subscribe("early-read", &["early"]))?;
    let read: Vec<String> = reader.read(100).await?.iter().map(text).collect();
    assert_eq!(read, (0..100).map(|n| n.to_string()).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn a_users_send_to_an_absent_topic_fails_by_its_name() -> Result<()> {
    let kafka = kafka(&shared()?);
    let told = Arc::new(Mutex::new(Vec::new()));
    let hook = told.clone();
    let publisher = kafka.publisher(Arc::new(move |topic, error| {
        hook.lock()
            .expect("not poisoned")
            .push((topic.to_owned(), error.to_string()));
    }))?;
    publisher
        .enqueue(plain("nowhere", None, b"unheard"), &mut None)
        .expect("there is room");
    let error = send(&*publisher, plain("nowhere", None, b"v")).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the topic \"nowhere\" does not exist"),
        "{error}"
    );
    assert_eq!(publisher.flush(SOON).await, 0);
    let told = told.lock().expect("not poisoned").clone();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "nowhere");
    Ok(())
}

#[tokio::test]
async fn what_is_not_acknowledged_in_time_fails_and_names_the_limit() -> Result<()> {
    let nobody = messaging_tests::ports::Port::reserve()?;
    let config = KafkaConfig {
        delivery_timeout: Duration::from_millis(700),
        ..config(&format!("127.0.0.1:{}", nobody.number()))
    };
    let kafka = kafka(&config);
    let publisher = publisher(&kafka)?;
    let error = send(&*publisher, plain("t", None, b"v")).await.unwrap_err();
    assert!(
        error.to_string().contains("not acknowledged within 700ms"),
        "{error}"
    );
    Ok(())
}

/// A broker inside librdkafka that takes the fifth batch for one out of sequence, and a client whom that ends.
/// One request at a time: unlike Kafka, this broker would take the batches behind the refused one.
fn desynchronised() -> Result<(MockCluster<'static, DefaultProducerContext>, Kafka)> {
    let mock = MockCluster::new(1)?;
    mock.create_topic("mock", 1, 1)?;
    let ok = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR;
    let wrong = RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER;
    mock.request_errors(RDKafkaApiKey::Produce, &[ok, ok, ok, ok, wrong]);
    let extra = [("max.in.flight", "1"), ("enable.gapless.guarantee", "true")];
    let config = KafkaConfig {
        extra: extra
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        max_batch_size: Some(100),
        ..config(&mock.bootstrap_servers())
    };
    Ok((mock, kafka(&config)))
}

fn numbers(read: &[Record]) -> Vec<String> {
    // Sent again is at least once: a number may stand twice, and its first stands in the order of the sends.
    let mut seen = BTreeSet::new();
    read.iter()
        .map(text)
        .filter(|number| seen.insert(number.clone()))
        .collect()
}

#[tokio::test]
async fn a_fatal_error_makes_a_new_producer_that_sends_the_rest_in_order() -> Result<()> {
    let (_mock, kafka) = desynchronised()?;
    let request = Subscribe {
        publishes: true,
        ..subscribe("mock", &["mock"])
    };
    let mut member = Member::join(&kafka, &request)?;
    let publish = |member: &mut Member, token: u64| {
        let value = token.to_string();
        let message = plain("mock", Some(b"k"), value.as_bytes());
        member
            .subscription
            .publish(token, message)
            .expect("there is room");
    };
    // One by one up to the refused one: unlike Kafka, this broker would take a batch that is on its way behind it.
    let (mut read, mut answered) = (Vec::new(), BTreeSet::new());
    for token in 0..5 {
        publish(&mut member, token);
        loop {
            match member.event().await? {
                Event::Polled(_, _, batch) => read.extend(records(&batch)),
                Event::Published(answers) if token < 4 => {
                    assert!(
                        matches!(answers[..], [(published, Ok(()))] if published == token),
                        "{answers:?}"
                    );
                    break;
                }
                Event::Trouble(error) if token == 4 => {
                    assert!(
                        error.to_string().contains("sending what handlers returned"),
                        "{error}"
                    );
                    break;
                }
                _ => {}
            }
        }
        answered.extend((token < 4).then_some(token));
    }
    for token in 5..200 {
        publish(&mut member, token);
    }
    while answered.len() < 200 || numbers(&read).len() < 200 {
        match member.event().await? {
            Event::Polled(_, _, batch) => read.extend(records(&batch)),
            Event::Published(answers) => {
                for (token, result) in answers {
                    result?;
                    assert!(answered.insert(token), "answered twice: {token}");
                }
            }
            _ => {}
        }
    }
    assert_eq!(
        numbers(&read),
        (0..200).map(|n| n.to_string()).collect::<Vec<_>>()
    );
    Ok(())
}

#[tokio::test]
async fn a_fatal_error_keeps_users_sends_and_who_waits_for_them() -> Result<()> {
    let (_mock, kafka) = desynchronised()?;
    let publisher = publisher(&kafka)?;
    let mut receipts = Vec::new();
    for number in 0..200 {
        let (waiter, receipt) = Waiter::channel();
        let value = number.to_string();
        enqueue(
            &*publisher,
            plain("mock", Some(b"k"), value.as_bytes()),
            &mut Some(waiter),
        )
        .await?;
        receipts.push(receipt);
    }
    let (mut before, mut failed) = (-1, 0);
    for receipt in receipts {
        match timeout(SOON, receipt).await?? {
            Ok(place) => {
                assert!(
                    place.offset > before,
                    "out of order: {} after {before}",
                    place.offset
                );
                before = place.offset;
            }
            Err(_) => failed += 1,
        }
    }
    assert!(
        (1..10).contains(&failed),
        "the refused batch fails, and nothing else: {failed}"
    );
    Ok(())
}
