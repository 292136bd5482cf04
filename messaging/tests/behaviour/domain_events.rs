//! The events of a domain model.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use messaging::broker::memory::MemoryBroker;
use messaging::settings::{Settings, Sources};
use messaging::{ConsumerSpec, DomainEvent, Event, EventHandlerSpec, EventPublisher, Producer, State};
use serde::Serialize;
use serde_json::{Value, json};

use crate::support::*;

#[derive(Serialize)]
#[serde(untagged)]
enum OrderEvent {
    Placed {
        order: u32,
        total: f64,
    },
    Paid {
        order: u32,
    },
    Unwritable {
        order: u32,
        by_list: BTreeMap<Vec<u8>, u8>,
    },
}

impl DomainEvent for OrderEvent {
    fn event_type(&self) -> &str {
        match self {
            OrderEvent::Placed { .. } => "OrderPlaced",
            OrderEvent::Paid { .. } => "order.PAID",
            OrderEvent::Unwritable { .. } => "Unwritable",
        }
    }

    fn aggregate_id(&self) -> String {
        match self {
            OrderEvent::Placed { order, .. }
            | OrderEvent::Paid { order }
            | OrderEvent::Unwritable { order, .. } => order.to_string(),
        }
    }
}

fn unwritable() -> OrderEvent {
    let by_list = BTreeMap::from([(vec![1], 1)]);
    OrderEvent::Unwritable { order: 9, by_list }
}

async fn publisher_on(broker: &MemoryBroker) -> EventPublisher {
    let sources = Sources::default().code([("message_broker", "memory"), ("topic_prefix", "p.")]);
    let settings = Settings::load(&sources).unwrap();
    EventPublisher::new(Producer::connect_to(broker.clone(), &settings).await.unwrap())
}

#[tokio::test(start_paused = true)]
async fn it_goes_to_the_topic_of_its_type_with_the_aggregate_as_the_key() {
    let broker = MemoryBroker::new();
    let publisher = publisher_on(&broker).await;
    let placed = OrderEvent::Placed { order: 7, total: 9.5 };
    let receipt = publisher.publish(&placed).header("source", "till").await.unwrap();
    assert_eq!(
        (receipt.topic.as_str(), receipt.offset),
        ("p.events.orderplaced", Some(0))
    );
    let record = only(&broker, "p.events.orderplaced").await;
    assert_eq!(
        (record.key(), header(&record, "source").as_str()),
        (Some(&b"7"[..]), "till")
    );
    let value: Value = serde_json::from_slice(record.value().unwrap()).unwrap();
    let names: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(names, ["data", "event_id", "event_type", "occurred_at"]);
    assert_eq!(
        (&value["event_type"], &value["data"]),
        (&json!("OrderPlaced"), &json!({"order": 7, "total": 9.5}))
    );
    let time = value["occurred_at"].as_str().unwrap();
    assert!(
        time.ends_with('Z') && time.parse::<DateTime<Utc>>().is_ok(),
        "{time}"
    );
    assert_eq!(value["event_id"].as_str().unwrap().len(), 36);
}

#[tokio::test(start_paused = true)]
async fn many_are_published_at_once_each_to_its_topic() {
    let broker = MemoryBroker::new();
    let publisher = publisher_on(&broker).await;
    let events = [
        OrderEvent::Placed { order: 1, total: 2.0 },
        OrderEvent::Paid { order: 1 },
        OrderEvent::Paid { order: 2 },
    ];
    let receipts = publisher.publish_all(&events).await.unwrap();
    let topics: Vec<&str> = receipts.iter().map(|receipt| receipt.topic.as_str()).collect();
    assert_eq!(
        topics,
        [
            "p.events.orderplaced",
            "p.events.order.paid",
            "p.events.order.paid"
        ]
    );
    assert_eq!(broker.records("p.events.order.paid").len(), 2);
    assert_eq!(publisher.publish_all(&[] as &[OrderEvent]).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_written_is_an_error() {
    let broker = MemoryBroker::new();
    let publisher = publisher_on(&broker).await;
    let error = publisher.publish(&unwritable()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("for topic \"events.unwritable\" could not be encoded"),
        "{error}"
    );
    let events = [OrderEvent::Paid { order: 1 }, unwritable()];
    publisher.publish_all(&events).await.unwrap_err();
    assert!(broker.records("p.events.order.paid").is_empty());
}

#[tokio::test(start_paused = true)]
async fn its_whole_envelope_comes_to_the_handler_of_its_type() {
    async fn note(event: Event<Value>, State(seen): State<Seen<(String, Value)>>) {
        seen.note((event.name, event.data));
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<(String, Value)>::new());
    let consumer = ConsumerSpec::of("g", ["events.order.paid"]).on(EventHandlerSpec::of("order.PAID", note));
    let app = app_on(&broker).configure([("topic_prefix", "p.")]);
    let running = started(app.state(seen.clone()).consumer(consumer)).await;
    let publisher = publisher_on(&broker).await;
    publisher.publish(&OrderEvent::Paid { order: 7 }).await.unwrap();
    until("the event is seen", || seen.len() == 1).await;
    assert_eq!(seen.all(), [("order.PAID".to_owned(), json!({"order": 7}))]);
    end(running).await;
}
