//! Consumers hand each event to the handler of its name, and settle what has none.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use messaging::broker::memory::MemoryBroker;
use messaging::handler::ErasedHandler;
use messaging::headers::dlq;
use messaging::outcome::Outcome;
use messaging::{
    Attempt, ConsumerSpec, Delivery, Event, EventHandlerSpec, HandlerError, Headers, Json, Layer, Message,
    Observation, Observer, Running, State, TopicName, WorkerSpec,
};

use crate::support::*;

type Handled = Seen<String>;

async fn created(order: Order, TopicName(topic): TopicName, State(seen): State<Handled>) {
    seen.note(format!("created {} from {topic}", order.id));
}

async fn paid(event: Event<Order>, State(seen): State<Handled>) {
    seen.note(format!("{} {} {}", event.name, event.event_id, event.data.id));
}

async fn raw(delivery: Delivery<Bytes>, State(seen): State<Handled>) {
    let (body, whole) = (delivery.payload().len(), delivery.value().unwrap().len());
    seen.note(format!("raw {body} of {whole}"));
}

fn shop() -> ConsumerSpec {
    ConsumerSpec::of("shop", ["orders", "payments"])
        .on(EventHandlerSpec::of("order.created", created))
        .on(EventHandlerSpec::of("order.paid", paid))
        .on(EventHandlerSpec::of("raw", raw))
}

async fn run(broker: &MemoryBroker, seen: &Handled, spec: ConsumerSpec) -> Running {
    started(app_on(broker).state(seen.clone()).consumer(spec)).await
}

fn tell(broker: &MemoryBroker, topic: &str, value: &str) {
    write(broker, topic, Some(b"k"), Some(value.as_bytes()), &Headers::new());
}

fn paid_event(id: u32) -> String {
    format!(
        r#"{{"name":"order.paid","event_id":"e{id}","occurred_at":"2024-01-15T10:30:00Z","data":{{"id":{id}}}}}"#
    )
}

async fn handled(seen: &Handled, expected: &[&str]) {
    until("all are handled", || seen.len() >= expected.len()).await;
    let mut all = seen.all();
    all.sort();
    assert_eq!(all, expected);
}

#[tokio::test(start_paused = true)]
async fn each_event_of_several_topics_goes_to_its_handler() {
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let running = run(&broker, &seen, shop()).await;
    tell(&broker, "orders", r#"{"event_type":"order.created","id":1}"#);
    tell(&broker, "payments", r#"{"name":"order.created","data":{"id":2}}"#);
    tell(&broker, "payments", &paid_event(3));
    let mut headers = Headers::new();
    headers.push("event-type", "order.created");
    let value = paid_event(4);
    write(&broker, "orders", None, Some(value.as_bytes()), &headers);
    tell(&broker, "orders", r#"{"name":"raw","data":[1,2]}"#);
    let expected = [
        "created 1 from orders",
        "created 2 from payments",
        "created 4 from orders",
        "order.paid e3 3",
        "raw 5 of 27",
    ];
    handled(&seen, &expected).await;
    end(running).await;
    for (topic, count) in [("orders", 3), ("payments", 2)] {
        assert_eq!(committed(&broker, "shop", topic).await, count, "{topic}");
        assert_eq!(broker.records(&format!("{topic}.dlq")).len(), 0, "{topic}");
    }
}

/// Keeps what it is told of unknown events.
struct Told(Arc<Mutex<Vec<(String, String)>>>);

impl Observer for Told {
    fn observe(&self, what: &Observation<'_>) {
        if let Observation::UnknownEvent { consumer, event } = what {
            self.0
                .lock()
                .unwrap()
                .push(((*consumer).to_owned(), (*event).to_owned()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_event_is_counted_said_once_and_committed() {
    let (broker, seen, log) = (MemoryBroker::new(), Handled::new(), Log::new());
    let told = Arc::new(Mutex::new(Vec::new()));
    let app = app_on(&broker).state(seen.clone()).observer(Told(told.clone()));
    let running = started(app.consumer(shop())).await;
    for name in ["order.lost", "order.lost", "order.sent", "order.lost"] {
        tell(&broker, "orders", &format!(r#"{{"name":"{name}"}}"#));
    }
    until("all are counted", || {
        running.health().groups[0].unknown_events == 4
    })
    .await;
    end(running).await;
    let said = log.of("WARN no handler is for this event");
    assert_eq!(said.len(), 2, "{said:?}");
    for (line, event) in said.iter().zip(["order.lost", "order.sent"]) {
        assert!(line.contains(&format!("event=\"{event}\"")), "{line}");
        assert!(line.contains("consumer=shop group=shop"), "{line}");
    }
    let lost = ("shop".to_owned(), "order.lost".to_owned());
    assert_eq!(
        told.lock().unwrap().iter().filter(|told| **told == lost).count(),
        3
    );
    assert_eq!(committed(&broker, "shop", "orders").await, 4);
    assert_eq!(broker.records("orders.dlq").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn names_without_end_are_counted_and_no_longer_said() {
    let (broker, seen, log) = (MemoryBroker::new(), Handled::new(), Log::new());
    let running = run(&broker, &seen, shop()).await;
    for number in 0..1200 {
        tell(
            &broker,
            "orders",
            &format!(r#"{{"name":"{number}{}"}}"#, "x".repeat(2000)),
        );
    }
    until("all are counted", || {
        running.health().groups[0].unknown_events == 1200
    })
    .await;
    end(running).await;
    let said = log.of("WARN no handler is for this event");
    assert_eq!(said.len(), 1000);
    assert!(said.iter().all(|line| line.len() < 500), "{}", said[0]);
    assert_eq!(log.of("WARN there are more than 1000 names").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_event_is_a_dead_letter_at_once() {
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let running = run(&broker, &seen, shop()).await;
    let wrong = [
        (r#"{"id":7}"#, "names no event"),
        (r#"["order.created"]"#, "not a JSON object"),
        ("no json", "not a JSON object"),
        (
            r#"{"name":"order.created","data":{"id":"x"}}"#,
            "cannot read 10 bytes",
        ),
        (r#"{"name":"order.paid","data":{"id":7}}"#, "cannot read"),
    ];
    for (value, _) in wrong {
        tell(&broker, "orders", value);
    }
    write(&broker, "orders", Some(b"k"), None, &Headers::new());
    until("all are dead letters", || broker.records("orders.dlq").len() == 6).await;
    let letters = read(&broker, "orders.dlq").await;
    for ((value, why), letter) in wrong.iter().zip(&letters) {
        assert_eq!(letter.value(), Some(value.as_bytes()));
        assert_eq!(header(letter, dlq::REASON), "decode");
        assert_eq!(header(letter, dlq::ATTEMPTS), "1");
        assert_eq!(header(letter, dlq::WORKER), "shop");
        let error = header(letter, dlq::ERROR);
        assert!(error.contains(why), "{error}");
    }
    end(running).await;
    assert_eq!((seen.len(), committed(&broker, "shop", "orders").await), (0, 6));
}

#[tokio::test(start_paused = true)]
async fn dead_letters_go_by_their_topic_unless_one_is_for_all() {
    for (dlq_topic, expected) in [
        (None, [("orders.dlq", 1), ("payments.dlq", 1)]),
        (Some("bad"), [("bad", 2), ("orders.dlq", 0)]),
    ] {
        let (broker, seen) = (MemoryBroker::new(), Handled::new());
        let spec = dlq_topic.map_or_else(shop, |topic| shop().dlq_topic(topic));
        let running = run(&broker, &seen, spec).await;
        tell(&broker, "orders", "{}");
        tell(&broker, "payments", "{}");
        for (topic, count) in expected {
            until(topic, || broker.records(topic).len() == count).await;
        }
        end(running).await;
    }
}

#[tokio::test(start_paused = true)]
async fn failures_are_tried_again_and_given_up_as_a_workers() {
    async fn fails(
        _: Order,
        Attempt(attempt): Attempt,
        State(seen): State<Handled>,
    ) -> Result<(), HandlerError> {
        seen.note(format!("try {attempt}"));
        match attempt {
            1 => Err(HandlerError::retry_after(Duration::from_secs(3))),
            2 => panic!("no"),
            _ => std::future::pending().await,
        }
    }
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let spec = ConsumerSpec::of("shop", ["orders"]).on(EventHandlerSpec::of("fails", fails));
    let spec = spec.max_retries(2).timeout(Duration::from_secs(1));
    let running = run(&broker, &seen, spec.concurrency(4)).await;
    tell(&broker, "orders", r#"{"name":"fails","data":{"id":1}}"#);
    until("it is given up", || broker.records("orders.dlq").len() == 1).await;
    let letter = only(&broker, "orders.dlq").await;
    assert_eq!(
        (header(&letter, dlq::REASON), header(&letter, dlq::ATTEMPTS)),
        ("timeout".into(), "3".into())
    );
    handled(&seen, &["try 1", "try 2", "try 3"]).await;
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn errors_are_read_by_classify() {
    async fn odd(order: Order) -> Result<(), std::fmt::Error> {
        if order.id.is_multiple_of(2) {
            Ok(())
        } else {
            Err(std::fmt::Error)
        }
    }
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let handler = EventHandlerSpec::of("n", odd).classify(odd, |_| messaging::Verdict::Reject);
    let running = run(&broker, &seen, ConsumerSpec::of("shop", ["orders"]).on(handler)).await;
    tell(&broker, "orders", r#"{"name":"n","data":{"id":1}}"#);
    tell(&broker, "orders", r#"{"name":"n","data":{"id":2}}"#);
    until("the odd one is given up", || {
        broker.records("orders.dlq").len() == 1
    })
    .await;
    assert_eq!(
        header(&only(&broker, "orders.dlq").await, dlq::REASON),
        "rejected"
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_goes_to_the_topic_it_names() {
    async fn thank(order: Order) -> Option<Message<Json<u32>>> {
        Some(Message::new(Json(order.id)).topic("thanks"))
    }
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let running = run(
        &broker,
        &seen,
        ConsumerSpec::of("shop", ["orders"]).on(EventHandlerSpec::of("n", thank)),
    )
    .await;
    tell(&broker, "orders", r#"{"name":"n","data":{"id":5}}"#);
    until("it is there", || broker.records("thanks").len() == 1).await;
    assert_eq!(only(&broker, "thanks").await.value(), Some(&b"5"[..]));
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn records_of_one_key_stay_in_order_whatever_their_events() {
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let running = run(&broker, &seen, shop().concurrency(8)).await;
    let mut expected = Vec::new();
    for id in 0..50 {
        tell(&broker, "orders", &paid_event(id));
        tell(
            &broker,
            "orders",
            &format!(r#"{{"event_type":"order.created","id":{id}}}"#),
        );
        expected.push(format!("order.paid e{id} {id}"));
        expected.push(format!("created {id} from orders"));
    }
    until("all are handled", || seen.len() == 100).await;
    assert_eq!(seen.all(), expected);
    end(running).await;
}

/// Counts what passes it, by the name it was given.
struct Counting(Handled);

struct Counted(String, Handled, Arc<dyn ErasedHandler>);

impl Layer for Counting {
    fn layer(&self, worker: &str, inner: Arc<dyn ErasedHandler>) -> Arc<dyn ErasedHandler> {
        Arc::new(Counted(worker.to_owned(), self.0.clone(), inner))
    }
}

impl ErasedHandler for Counted {
    fn run(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
        let (name, passed) = (self.0.clone(), self.1.clone());
        self.2
            .run(run)
            .inspect(move |_| passed.note(name.clone()))
            .boxed()
    }
    fn is_batch(&self) -> bool {
        self.2.is_batch()
    }
    fn needs_output_topic(&self) -> bool {
        self.2.needs_output_topic()
    }
}

#[tokio::test(start_paused = true)]
async fn layers_see_every_event_of_a_consumer() {
    let (broker, seen, passed) = (MemoryBroker::new(), Handled::new(), Handled::new());
    let app = app_on(&broker)
        .state(seen.clone())
        .layer(Counting(passed.clone()));
    let running = started(app.consumer(shop())).await;
    tell(&broker, "orders", r#"{"name":"unknown"}"#);
    tell(&broker, "orders", &paid_event(1));
    handled(&passed, &["shop", "shop"]).await;
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_consumer_and_a_worker_share_a_group_on_topics_of_their_own() {
    async fn note(order: Order, State(seen): State<Handled>) {
        seen.note(format!("worker {}", order.id));
    }
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let app = app_on(&broker).state(seen.clone()).consumer(shop());
    let running = started(app.worker(WorkerSpec::of("note", "letters", note).group_id("shop"))).await;
    tell(&broker, "letters", r#"{"id":1}"#);
    tell(&broker, "orders", &paid_event(2));
    handled(&seen, &["order.paid e2 2", "worker 1"]).await;
    assert_eq!(running.health().groups.len(), 1);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn topics_carry_the_prefix() {
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let app = app_on(&broker)
        .state(seen.clone())
        .configure([("topic_prefix", "eu.")]);
    let running = started(app.consumer(shop())).await;
    tell(&broker, "eu.orders", &paid_event(2));
    tell(&broker, "eu.payments", "{}");
    handled(&seen, &["order.paid e2 2"]).await;
    until("the other is a dead letter", || {
        broker.records("eu.payments.dlq").len() == 1
    })
    .await;
    end(running).await;
}
