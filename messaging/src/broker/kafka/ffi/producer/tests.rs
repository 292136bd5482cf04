use std::sync::Mutex;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::client::ClientContext;
use rdkafka::error::RDKafkaErrorCode as Code;
use rdkafka::message::Message;
use rdkafka::producer::{DeliveryResult, PurgeConfig};

use super::*;
use crate::broker::kafka::{member::lock, now};
use crate::message::Headers;

const SOON: Duration = Duration::from_secs(20);

/// What a receipt says: number, error, topic, key, value.
type Receipt = (usize, Code, String, Option<Vec<u8>>, Option<Vec<u8>>);

#[derive(Default)]
struct Receipts(Mutex<Vec<Receipt>>);

impl ClientContext for Receipts {}

impl ProducerContext for Receipts {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, number: usize) {
        let Err((KafkaError::MessageProduction(code), message)) = result else {
            panic!("nobody is there to take it");
        };
        let [key, value] = [message.key(), message.payload()].map(|bytes| bytes.map(<[u8]>::to_vec));
        lock(&self.0).push((number, *code, message.topic().to_owned(), key, value));
    }
}

/// A producer without a broker, which is not needed for anything here.
fn producer(properties: &[(&str, &str)]) -> HandleProducer<Receipts> {
    let mut config = ClientConfig::new();
    for (name, value) in properties {
        config.set(*name, *value);
    }
    HandleProducer::new(Arc::new(config.create_with_context(Receipts::default()).unwrap()))
}

fn receipts(producer: &HandleProducer<Receipts>, count: usize) -> Vec<Receipt> {
    let deadline = now() + SOON;
    while lock(&producer.base().context().0).len() < count {
        assert!(now() < deadline, "{:?}", producer.base().context().0);
        producer.base().poll(Duration::from_millis(10));
    }
    std::mem::take(&mut *lock(&producer.base().context().0))
}

fn message<'a>(topic: &'a str, value: &'a [u8], headers: &'a Headers) -> Outbound<'a> {
    Outbound {
        topic,
        key: Some(b"k"),
        value: Some(value),
        headers,
    }
}

#[test]
fn a_message_comes_back_as_it_was_sent_in_order_with_and_without_headers() {
    let mut producer = producer(&[]);
    let (none, mut some) = (Headers::default(), Headers::default());
    some.push("name", "value");
    let bytes: [Option<&[u8]>; 3] = [None, Some(b""), Some(b"bytes")];
    let mut expected = Vec::new();
    for key in bytes {
        for value in bytes {
            for headers in [&none, &some] {
                let number = usize::MAX - expected.len();
                let topic = "t";
                let sent = Outbound {
                    topic,
                    key,
                    value,
                    headers,
                };
                producer.send(sent, number).unwrap();
                let [key, value] = [key, value].map(|bytes| bytes.map(<[u8]>::to_vec));
                expected.push((number, Code::PurgeQueue, topic.to_owned(), key, value));
            }
        }
    }
    producer.base().purge(PurgeConfig::default().queue());
    assert_eq!(receipts(&producer, expected.len()), expected);
}

#[test]
fn a_topic_has_the_configuration_of_its_client() {
    // Without it, a message has five minutes.
    let mut producer = producer(&[("message.timeout.ms", "100")]);
    let headers = Headers::default();
    producer.send(message("t", b"v", &headers), 1).unwrap();
    let (number, code, ..) = receipts(&producer, 1).remove(0);
    assert_eq!((number, code), (1, Code::MessageTimedOut));
}

/// Sends by handle and by name, which is to fail alike.
fn refusal(producer: &mut HandleProducer<Receipts>, topic: &str, value: &[u8]) -> KafkaError {
    let headers = Headers::default();
    let message = message(topic, value, &headers);
    // Another error first, which is not to be told again.
    assert_eq!(
        Topic::of(producer.base(), &"x".repeat(513)).err(),
        Some(produce(Code::InvalidArgument))
    );
    let by_handle = producer.send(message, 0).unwrap_err();
    let (by_name, _) = producer.base().send(record(message, 0)).unwrap_err();
    assert_eq!(by_handle, by_name);
    by_handle
}

fn produce(code: Code) -> KafkaError {
    KafkaError::MessageProduction(code)
}

#[test]
fn what_is_not_taken_is_told_as_for_a_name() {
    let limits = [
        ("message.max.bytes", "1000"),
        ("queue.buffering.max.messages", "1"),
    ];
    let mut producer = producer(&limits);
    let large = [b'x'; 2_000];
    assert_eq!(
        refusal(&mut producer, "t", &large),
        produce(Code::MessageSizeTooLarge)
    );
    assert_eq!(
        refusal(&mut producer, &"x".repeat(513), b"v"),
        produce(Code::InvalidArgument)
    );
    assert!(matches!(refusal(&mut producer, "a\0b", b"v"), KafkaError::Nul(_)));
    producer.send(message("t", b"v", &Headers::default()), 0).unwrap();
    assert_eq!(refusal(&mut producer, "t", b"v"), produce(Code::QueueFull));
}

#[test]
fn a_client_that_is_of_no_use_any_more_says_so() {
    let mut producer = producer(&[("enable.idempotence", "true")]);
    let why = rdsys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER;
    let client = producer.base().client().native_ptr();
    // SAFETY: the client is alive, and the reason ends with a zero.
    unsafe { rdsys::rd_kafka_test_fatal_error(client, why, c"a test".as_ptr()) };
    assert_eq!(refusal(&mut producer, "t", b"v"), produce(Code::Fatal));
}

#[test]
fn a_handle_is_kept_and_there_is_a_bound() {
    let mut producer = producer(&[]);
    let headers = Headers::default();
    let mut send = |number: usize| {
        let topic = format!("t{number}");
        producer.send(message(&topic, b"v", &headers), number).unwrap();
        producer.topics.len()
    };
    assert_eq!((send(0), send(0), send(1)), (1, 1, 2));
    assert_eq!((2..KEPT).map(&mut send).last(), Some(KEPT));
    assert_eq!(send(KEPT), 1);
}
