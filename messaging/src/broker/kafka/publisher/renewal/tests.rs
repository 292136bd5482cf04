//! What a client gives back. It has no threads here: a test does what they do, one step after the other.

use std::sync::atomic::{AtomicUsize, Ordering};

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use tokio::sync::oneshot::error::TryRecvError;

use super::super::super::{KafkaConfig, member::lock, now, send::owned, spawn};
use super::super::tests::{Answer, SOON, cluster, message};
use super::super::{EndThreads, KafkaPublisher, LOOK};
use super::*;
use crate::broker::{BrokerError, NotQueued, Publisher, Waiter};
use crate::message::Headers;

fn client(config: &KafkaConfig) -> Client {
    Client::new(config, Arc::new(|_, _| {})).unwrap()
}

fn with(mut config: KafkaConfig, name: &str, value: &str) -> KafkaConfig {
    config.extra.insert(name.to_owned(), value.to_owned());
    config
}

fn send(client: &Client, value: &[u8]) -> Result<Answer, NotQueued> {
    let (waiter, answer) = Waiter::channel();
    let sent = client.send(message(value, &Headers::new()), &mut Some(waiter));
    sent.map(|()| answer)
}

/// A message that a client gave back.
fn give_back(client: &Client, value: &[u8]) -> Answer {
    let (waiter, answer) = Waiter::channel();
    let number = client.desk.seat(&mut Some(waiter)).unwrap();
    let given_back = &client.desk.given_back;
    given_back.push(given_back.tag(number), owned(message(value, &Headers::new())));
    answer
}

/// Serves the client until these are written, each behind the one before.
fn written_in_order(client: &Client, answers: impl IntoIterator<Item = Answer>) {
    let (end, mut before) = (now() + SOON, -1);
    for mut answer in answers {
        let receipt = loop {
            match answer.try_recv() {
                Ok(receipt) => break receipt.expect("it is written"),
                Err(TryRecvError::Closed) => panic!("nobody answers"),
                Err(TryRecvError::Empty) => client.serve_once(),
            }
            assert!(now() < end, "waited for a receipt");
        };
        let offset = receipt.offset;
        assert!(offset > before, "out of order: {offset} after {before}");
        before = offset;
    }
}

/// A client that has 1 on its way to a broker that is slow to answer, and 2 and 3 behind it.
fn held_up() -> (MockCluster<'static, DefaultProducerContext>, Client, [Answer; 3]) {
    let (mock, config) = cluster();
    let client = client(&with(config, "max.in.flight", "1"));
    written_in_order(&client, send(&client, b"0"));
    mock.broker_round_trip_time(1, 100 * SOON).unwrap();
    let first = on_its_way(&client, b"1");
    let [second, third] = [b"2", b"3"].map(|value| send(&client, value).unwrap());
    (mock, client, [first, second, third])
}

/// Sends until the message is on its way: what is not, can be taken back from the queue.
fn on_its_way(client: &Client, value: &[u8]) -> Answer {
    let end = now() + SOON;
    // Longer each time: taken back too soon, none would ever be on its way.
    for patience in 0.. {
        let answer = send(client, value).unwrap();
        let producer = client.producer();
        thread::park_timeout(patience * LOOK);
        producer.purge(PurgeConfig::default().queue());
        producer.poll(POLL);
        let Some((number, _)) = client.desk.given_back.take_first() else {
            return answer;
        };
        client.desk.unseat(number);
        client.desk.given_back.over();
        assert!(now() < end, "waited for a request");
    }
    unreachable!("it waits until the end")
}

#[test]
fn what_is_on_its_way_goes_before_what_waits_behind_it() {
    let (mock, client, answers) = held_up();
    client.renew(client.producer());
    mock.broker_round_trip_time(1, Duration::ZERO).unwrap();
    written_in_order(&client, answers);
}

#[test]
fn what_is_given_back_late_goes_before_what_is_sent_later() {
    let (mock, client, answers) = held_up();
    let (dead, client) = (client.producer(), Arc::new(client));
    let held = lock(&client.desk.given_back.waiting);
    let renewed = client.clone();
    let renew = move || renewed.renew(renewed.producer());
    let renewing = thread::Builder::new().spawn(renew).unwrap();
    // So long does it take to give the first ones back.
    thread::park_timeout(Duration::from_millis(1_500));
    drop(held);
    renewing.join().unwrap();
    let later = send(&client, b"4").unwrap();
    drop(dead);
    mock.broker_round_trip_time(1, Duration::ZERO).unwrap();
    written_in_order(&client, answers.into_iter().chain([later]));
}

/// A renewal is held up where the next client is to take what was given back.
#[test]
fn the_next_client_takes_nothing_before_what_was_given_back() {
    let (_mock, config) = cluster();
    let client = Arc::new(client(&config));
    let first = give_back(&client, b"1");
    let (dead, end) = (client.producer(), now() + SOON);
    let held = lock(&client.desk.given_back.waiting);
    let renewed = client.clone();
    let renew = move || renewed.renew(renewed.producer());
    let renewing = thread::Builder::new().spawn(renew).unwrap();
    while Arc::ptr_eq(&dead, &client.producer()) {
        assert!(now() < end, "waited for the next client");
        thread::park_timeout(LOOK);
    }
    assert!(matches!(send(&client, b"overtakes"), Err(NotQueued::Full)));
    drop(held);
    renewing.join().unwrap();
    let second = send(&client, b"2").unwrap();
    written_in_order(&client, [first, second]);
}

#[test]
fn what_a_full_client_does_not_take_waits_and_keeps_others_out() {
    let (_mock, config) = cluster();
    let client = client(&with(config, "queue.buffering.max.messages", "1"));
    let answers = [b"1", b"2", b"3"].map(|value| give_back(&client, value));
    client.resend(&client.producer());
    assert!(matches!(send(&client, b"overtakes"), Err(NotQueued::Full)));
    written_in_order(&client, answers);
    client.resend(&client.producer());
    written_in_order(&client, send(&client, b"4"));
}

#[test]
fn what_a_dead_client_does_not_take_waits_for_the_next_one() {
    let (mock, config) = cluster();
    let denied = RDKafkaRespErr::RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
    mock.request_errors(RDKafkaApiKey::InitProducerId, &[denied]);
    let client = client(&config);
    let (dead, end) = (client.producer(), now() + SOON);
    while dead.client().fatal_error().is_none() {
        dead.poll(POLL);
        assert!(now() < end, "waited for a fatal error");
    }
    let answers = [b"1", b"2"].map(|value| give_back(&client, value));
    client.resend(&dead);
    written_in_order(&client, answers);
}

fn publisher(config: &KafkaConfig) -> KafkaPublisher {
    let client = Arc::new(client(config));
    let (desk, hurry) = (client.desk.clone(), None);
    let _end = EndThreads { desk, hurry };
    KafkaPublisher { client, _end }
}

#[test]
fn what_the_client_has_to_tell_besides_is_not_queued() {
    let nobody_listens = KafkaConfig {
        bootstrap_servers: vec!["127.0.0.1:1".to_owned()],
        ..KafkaConfig::default()
    };
    let publisher = publisher(&nobody_listens);
    publisher
        .enqueue(message(b"1", &Headers::new()), &mut None)
        .unwrap();
    let end = now() + SOON;
    while publisher.client.producer().in_flight_count() < 2 {
        assert!(now() < end, "waited for an error");
        thread::park_timeout(LOOK);
    }
    assert_eq!(publisher.queued(), 1);
}

#[tokio::test]
async fn what_was_given_back_is_still_queued() {
    let (_mock, config) = cluster();
    let publisher = publisher(&config);
    assert_eq!(publisher.flush(SOON).await, 0);
    let answer = give_back(&publisher.client, b"1");
    assert_eq!(publisher.flush(Duration::ZERO).await, 1);
    written_in_order(&publisher.client, [answer]);
    assert_eq!(publisher.flush(SOON).await, 0);
}

#[test]
fn what_was_given_back_fails_at_the_end() {
    let (_mock, config) = cluster();
    let told = Arc::new(AtomicUsize::new(0));
    let count = told.clone();
    let hook = move |_: &str, _: &BrokerError| {
        count.fetch_add(1, Ordering::Relaxed);
    };
    let client = Client::new(&config, Arc::new(hook)).unwrap();
    let mut answer = give_back(&client, b"waits");
    let given_back = &client.desk.given_back;
    given_back.push(
        given_back.tag(0),
        owned(message(b"nobody waits", &Headers::new())),
    );
    client.desk.close();
    client.serve();
    assert!(matches!(answer.try_recv(), Ok(Err(BrokerError::Closed))));
    assert_eq!(told.load(Ordering::Relaxed), 1);
}

/// A renewal is held up where the client gives its messages back.
#[test]
fn no_send_waits_while_the_client_is_replaced() {
    let (mock, config) = cluster();
    mock.broker_down(1).unwrap();
    let client = Arc::new(client(&config));
    client
        .send(message(b"given back", &Headers::new()), &mut None)
        .unwrap();
    let held = lock(&client.desk.given_back.waiting);
    let renewed = client.clone();
    spawn("renews", move || renewed.renew(renewed.producer())).unwrap();
    let (told, full) = std::sync::mpsc::channel();
    let sent = client.clone();
    let send = move || {
        while sent
            .send(message(b"overtakes", &Headers::new()), &mut None)
            .is_ok()
        {
            thread::park_timeout(LOOK);
        }
        let _ = told.send(());
    };
    spawn("sends", send).unwrap();
    full.recv_timeout(SOON).expect("waited for a full client");
    drop(held);
}
