//! Producers by hand: connected, closed, and many messages at once.

use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::settings::{Settings, Sources};
use messaging::{Json, Message, Payload, Producer, get_producer, topic as named};
use serde::{Deserialize, Serialize};

use crate::support::*;

/// Settings of a test, whatever the environment says.
fn settings(more: &[(&'static str, &'static str)]) -> Settings {
    let memory = [("message_broker", "memory")];
    let all = memory.into_iter().chain(more.iter().copied());
    Settings::load(&Sources::default().code(all)).unwrap()
}

async fn on(broker: &MemoryBroker) -> Producer {
    Producer::connect_to(broker.clone(), &settings(&[]))
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_answered_by_its_receipts_in_order() {
    let broker = MemoryBroker::new();
    topic(&broker, "out", 1).await;
    let producer = on(&broker).await;
    let receipts = producer
        .send_batch("out", (0..300).map(|id| Order { id }))
        .await
        .unwrap();
    let offsets: Vec<i64> = receipts.iter().filter_map(|receipt| receipt.offset).collect();
    assert_eq!(offsets, (0..300).collect::<Vec<i64>>());
    let told = |receipt: &messaging::Receipt| receipt.partition == Some(0) && receipt.timestamp.is_some();
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.topic == "out" && told(receipt))
    );
    assert_eq!(orders(&broker, "out"), (0..300).collect::<Vec<u32>>());
    assert_eq!(producer.send_batch("out", Vec::<Order>::new()).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_messages_has_keys_headers_tombstones_and_topics_of_its_own() {
    let broker = MemoryBroker::new();
    for name in ["p.out", "p.other"] {
        topic(&broker, name, 1).await;
    }
    let settings = settings(&[("topic_prefix", "p.")]);
    let producer = Producer::connect_to(broker.clone(), &settings).await.unwrap();
    let batch = || {
        [
            Message::new(Order { id: 1 }).key("k").header("a", "1"),
            Message::tombstone("k"),
            Message::new(Order { id: 2 }).topic("other"),
        ]
    };
    let receipts = producer.send_batch("out", batch()).await.unwrap();
    let topics: Vec<&str> = receipts.iter().map(|receipt| receipt.topic.as_str()).collect();
    assert_eq!(topics, ["p.out", "p.out", "p.other"]);
    assert_eq!(
        producer.send_batch_fire_and_forget("out", batch()).await.unwrap(),
        3
    );
    assert_eq!(producer.flush(Duration::from_secs(1)).await, 0);
    let records = read(&broker, "p.out").await;
    assert_eq!(records.len(), 4);
    for pair in records.chunks(2) {
        assert_eq!(
            (pair[0].key(), header(&pair[0], "a").as_str()),
            (Some(&b"k"[..]), "1")
        );
        assert_eq!((pair[1].key(), pair[1].value()), (Some(&b"k"[..]), None));
    }
    assert_eq!(orders(&broker, "p.other"), [2, 2]);
}

#[derive(Serialize, Deserialize, Payload)]
struct Keyed {
    id: Option<u32>,
}

#[named(name = "keyed", schema = Keyed, key = id)]
struct KeyedTopic;

#[tokio::test(start_paused = true)]
async fn the_topics_type_makes_the_keys_of_a_batch() {
    let broker = MemoryBroker::new();
    topic(&broker, "keyed", 1).await;
    let producer = on(&broker).await;
    let batch = [Some(1), None].map(|id| Keyed { id });
    producer.send_batch(KeyedTopic, batch).await.unwrap();
    let own = [Message::new(Keyed { id: Some(1) }).key("own")];
    producer
        .send_batch_fire_and_forget(KeyedTopic, own)
        .await
        .unwrap();
    producer
        .send_message(KeyedTopic, Message::new(Keyed { id: Some(2) }))
        .await
        .unwrap();
    producer
        .send_message(KeyedTopic, Message::<Keyed>::tombstone("gone"))
        .await
        .unwrap();
    producer.flush(Duration::from_secs(1)).await;
    let keys: Vec<_> = broker
        .records("keyed")
        .into_iter()
        .map(|record| record.key)
        .collect();
    let key = |key: &'static str| Some(key.into());
    assert_eq!(keys, [key("1"), None, key("own"), key("2"), key("gone")]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_says_which_of_its_messages_failed_and_writes_the_others() {
    let broker = MemoryBroker::new();
    let producer = on(&broker).await;
    let map = |key: Vec<u8>| Json(std::collections::BTreeMap::from([(key, 1)]));
    // A map whose keys are lists has no form in JSON; an empty one has.
    let batch = || {
        let empty = || Message::new(Json(std::collections::BTreeMap::new()));
        [
            empty(),
            Message::new(map(vec![1])),
            empty().topic("no good"),
            empty(),
        ]
    };
    let waited = producer.send_batch("out", batch()).await.unwrap_err();
    let queued = producer
        .send_batch_fire_and_forget("out", batch())
        .await
        .unwrap_err();
    for error in [waited, queued] {
        let failed: Vec<usize> = error.failed_messages().iter().map(|(index, _)| *index).collect();
        assert_eq!((failed, error.sent_messages()), (vec![1, 2], 2));
        assert_eq!(
            error.to_string(),
            "2 of 4 messages of the batch were not written, the first at index 1"
        );
        let why = error
            .failed_messages()
            .iter()
            .map(|(_, error)| error.report())
            .collect::<Vec<_>>();
        assert!(
            why[0].contains("could not be encoded") && why[1].contains("has ' '"),
            "{why:?}"
        );
        assert!(error.report().contains("could not be encoded"), "{error:?}");
    }
    producer.flush(Duration::from_secs(1)).await;
    assert_eq!(broker.records("out").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn every_message_for_an_absent_topic_is_said() {
    let broker = MemoryBroker::new().auto_create(false);
    let producer = on(&broker).await;
    let error = producer
        .send_batch("absent", [Order { id: 1 }, Order { id: 2 }])
        .await
        .unwrap_err();
    assert_eq!((error.failed_messages().len(), error.sent_messages()), (2, 0));
    assert!(
        error
            .failed_messages()
            .iter()
            .all(|(_, error)| error.is_unknown_topic()),
        "{error:?}"
    );
    let other = producer.send("no good", &Order { id: 1 }).await.unwrap_err();
    assert!(other.failed_messages().is_empty() && other.sent_messages() == 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_can_return_can_be_sent_by_hand() {
    let broker = MemoryBroker::new();
    topic(&broker, "out", 1).await;
    let producer = on(&broker).await;
    let own = Message::new(Order { id: 1 })
        .key("k")
        .header("a", "1")
        .topic("out");
    producer
        .send_message("elsewhere", own)
        .header("b", "2")
        .await
        .unwrap();
    let receipt = producer
        .send_message("out", Message::<Order>::tombstone("k"))
        .wait(false)
        .await
        .unwrap();
    assert_eq!(receipt.offset, None);
    producer.flush(Duration::from_secs(1)).await;
    let records = read(&broker, "out").await;
    assert_eq!(
        (header(&records[0], "a"), header(&records[0], "b")),
        ("1".into(), "2".into())
    );
    assert_eq!((records[1].key(), records[1].value()), (Some(&b"k"[..]), None));
    assert!(broker.records("elsewhere").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_closed_producer_takes_nothing_and_has_sent_everything() {
    let broker = MemoryBroker::new();
    let producer = on(&broker).await;
    let clone = producer.clone();
    assert!(producer.is_connected().await);
    producer
        .send_batch_fire_and_forget("out", [Order { id: 1 }])
        .await
        .unwrap();
    producer.close().await.unwrap();
    assert_eq!(orders(&broker, "out"), [1]);
    let one = Order { id: 2 };
    let errors = [
        clone.send("out", &one).await.unwrap_err(),
        clone.send_fire_and_forget("out", &one).await.unwrap_err(),
        clone.send_batch("out", [one.clone()]).await.unwrap_err(),
        clone.send_batch_fire_and_forget("out", [one]).await.unwrap_err(),
    ];
    assert!(errors.iter().all(messaging::Error::is_closed), "{errors:?}");
    assert!(!clone.is_connected().await);
    assert_eq!(orders(&broker, "out"), [1]);
}

#[tokio::test(start_paused = true)]
async fn two_settings_make_two_producers() {
    let brokers = [MemoryBroker::new(), MemoryBroker::new()];
    let first = Producer::connect_to(brokers[0].clone(), &settings(&[("topic_prefix", "a.")]))
        .await
        .unwrap();
    let forget = settings(&[("kafka_fire_and_forget", "true")]);
    let second = Producer::connect_to(brokers[1].clone(), &forget).await.unwrap();
    assert!(
        first
            .send("out", &Order { id: 1 })
            .await
            .unwrap()
            .offset
            .is_some()
    );
    assert_eq!(second.send("out", &Order { id: 2 }).await.unwrap().offset, None);
    second.close().await.unwrap();
    assert_eq!(
        (orders(&brokers[0], "a.out"), orders(&brokers[1], "out")),
        (vec![1], vec![2])
    );
    assert!(brokers[0].records("out").is_empty());
    first
        .send("out", &Order { id: 3 })
        .await
        .expect("only the other is closed");
}

#[tokio::test(start_paused = true)]
async fn in_a_handler_the_producer_is_that_of_its_app() {
    async fn handle(order: Order) -> messaging::Result<()> {
        get_producer()?.send("by-get-producer", &order).await.map(drop)
    }
    let broker = MemoryBroker::new();
    let running = run_one(&broker, (), messaging::WorkerSpec::of("h", "in", handle)).await;
    send(&running, "in", [1]).await;
    until("it is sent", || broker.records("by-get-producer").len() == 1).await;
    end(running).await;
}
