//! What `#[consumer]`, `#[on_event]` and `#[message_handler]` leave behind works on the in-memory broker, with time
//! that does not pass by itself; and what the check says of them names their lines.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::check::Problems;
use messaging::prelude::*;
use messaging::{HandlerError, Json, Running};
use tokio::time::Instant;

/// What handlers have seen, in their order.
type Seen = Arc<Mutex<Vec<String>>>;

fn note(seen: &Seen, what: impl Into<String>) {
    seen.lock().unwrap().push(what.into());
}

/// Counts its own calls.
#[derive(Default)]
struct OrderEvents(Mutex<u32>);

#[consumer("order-service", topics = ["user-events", "payment-events"])]
impl OrderEvents {
    fn count(&self) -> u32 {
        let mut calls = self.0.lock().unwrap();
        *calls += 1;
        *calls
    }

    #[on_event("user.created")]
    async fn welcome(&self, event: Event<String>, State(seen): State<Seen>) -> Result<(), HandlerError> {
        note(&seen, format!("{} welcomes {}", self.count(), event.data));
        Ok(())
    }

    #[on_event("payment.received")]
    async fn thank(&self, amount: Json<u32>, State(seen): State<Seen>) {
        note(&seen, format!("{} thanks for {}", self.count(), amount.0));
    }
}

/// A handler that stands outside of the `impl`.
#[on_event("payment.refused", consumer = OrderEvents)]
async fn refused(amount: Json<u32>, State(seen): State<Seen>) {
    note(&seen, format!("refused {}", amount.0));
}

#[consumer("till", topics = ["payment-events"])]
struct Till;

mod handlers {
    use super::*;

    #[on_event("payment.received", consumer = Till)]
    async fn paid(amount: Json<u32>, State(seen): State<Seen>) {
        note(&seen, format!("the till has {}", amount.0));
    }
}

#[consumer(topic = "letters", group_id = "post")]
async fn post(letter: String, State(seen): State<Seen>) {
    note(&seen, letter);
}

#[message_handler(topic = "plain")]
async fn plain(text: String, State((seen, began)): State<(Seen, Instant)>) -> Result<(), std::fmt::Error> {
    note(&seen, format!("{text} at {} s", began.elapsed().as_secs()));
    Err(std::fmt::Error)
}

#[consumer("twins", topics = ["twins"])]
struct Twins;

#[on_event("born", consumer = Twins)]
async fn first(_: String) {}

#[on_event("born", consumer = Twins)]
async fn second(_: String) {}

#[consumer("empty", topics = ["nothing"])]
struct Empty;

/// `file:line` of what stands in this file.
fn place(what: &str) -> String {
    let at = include_str!("consumer.rs")
        .lines()
        .position(|line| line == what)
        .unwrap();
    format!("{}:{}", file!(), at + 1)
}

async fn started(broker: &MemoryBroker, names: &[&str], seen: &Seen) -> Running {
    let app = App::only(names)
        .state(seen.clone())
        .state((seen.clone(), Instant::now()));
    let app = app
        .broker(broker.clone())
        .configure([("message_broker", "memory")]);
    let mut running = app.start().await.unwrap();
    running.ready().await;
    running
}

async fn send(running: &Running, topic: &str, value: &str) {
    running
        .producer()
        .send(topic, &value.to_owned())
        .key("k")
        .await
        .unwrap();
}

/// Waits until so much is seen; with a paused clock that costs no time.
async fn seen_all(seen: &Seen, expected: &[&str]) {
    for _ in 0..100_000 {
        if seen.lock().unwrap().len() >= expected.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut all = seen.lock().unwrap().clone();
    all.sort();
    assert_eq!(all, expected);
}

async fn end(running: Running) {
    running.stop();
    running.join().await.unwrap();
}

const CREATED: &str =
    r#"{"name":"user.created","event_id":"e1","occurred_at":"2024-01-15T10:30:00Z","data":"Ada"}"#;

#[tokio::test(start_paused = true)]
async fn methods_and_functions_handle_their_events() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let running = started(&broker, &["order_events", "till"], &seen).await;
    send(&running, "user-events", CREATED).await;
    seen_all(&seen, &["1 welcomes Ada"]).await;
    send(
        &running,
        "payment-events",
        r#"{"name":"payment.received","data":7}"#,
    )
    .await;
    send(
        &running,
        "payment-events",
        r#"{"name":"payment.refused","data":8}"#,
    )
    .await;
    seen_all(
        &seen,
        &["1 welcomes Ada", "2 thanks for 7", "refused 8", "the till has 7"],
    )
    .await;
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_function_gets_every_record_of_its_topic() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let running = started(&broker, &["post"], &seen).await;
    send(&running, "letters", CREATED).await;
    send(&running, "letters", "no event").await;
    seen_all(&seen, &["no event", CREATED]).await;
    assert_eq!(running.health().groups[0].group, "post");
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_handler_waits_five_seconds_before_each_of_three_retries() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let running = started(&broker, &["plain"], &seen).await;
    send(&running, "plain", "x").await;
    seen_all(&seen, &["x at 0 s", "x at 10 s", "x at 15 s", "x at 5 s"]).await;
    for _ in 0..1000 {
        if broker.records("plain.dlq").len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(
        (broker.records("plain.dlq").len(), seen.lock().unwrap().len()),
        (1, 4)
    );
    end(running).await;
}

fn problems_of(names: &[&str]) -> Vec<String> {
    let app = App::only(names).configure([("message_broker", "memory")]);
    let error = app.check().unwrap_err();
    let problems = std::error::Error::source(&error)
        .unwrap()
        .downcast_ref::<Problems>()
        .unwrap();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_second_handler_of_an_event_is_named_with_both_places() {
    let first = place("#[on_event(\"born\", consumer = Twins)]");
    let said = problems_of(&["twins"]);
    let [one] = &said[..] else { panic!("{said:?}") };
    assert!(
        one.starts_with("consumer \"twins\" has 2 handlers of event \"born\", \"first\" and \"second\""),
        "{one}"
    );
    let line: u32 = first.rsplit(':').next().unwrap().parse().unwrap();
    assert!(
        one.ends_with(&format!("({first}, {}:{})", file!(), line + 3)),
        "{one}"
    );
}

#[test]
fn a_consumer_without_handlers_says_what_to_write() {
    let said = problems_of(&["empty"]);
    let [one] = &said[..] else { panic!("{said:?}") };
    assert!(
        one.contains("`#[on_event(\"…\", consumer = consumer::Empty)]` on an async function"),
        "{one}"
    );
    assert!(
        one.ends_with(&format!(
            "({})",
            place("#[consumer(\"empty\", topics = [\"nothing\"])]")
        )),
        "{one}"
    );
}

#[test]
fn what_a_method_lacks_is_told_at_its_own_line() {
    let said = problems_of(&["order_events"]);
    let welcome = place("    #[on_event(\"user.created\")]");
    let start = "handler \"welcome\" of event \"user.created\": no state of type";
    let told = said.iter().find(|said| said.starts_with(start)).unwrap();
    assert!(told.ends_with(&format!("({welcome})")), "{told}");
    assert_eq!(said.len(), 3, "{said:?}");
}

#[test]
fn all_that_is_registered_is_listed() {
    let names: Vec<String> = messaging::get_all_consumers()
        .iter()
        .map(|spec| spec.name().to_owned())
        .collect();
    assert_eq!(names, ["empty", "order_events", "till", "twins"]);
    let handlers = messaging::get_all_event_handlers();
    let of_orders = handlers
        .iter()
        .filter(|handler| handler.consumer_type_name() == Some("consumer::OrderEvents"));
    let events: Vec<&str> = of_orders.map(|handler| handler.event()).collect();
    assert_eq!(events, ["payment.refused", "payment.received", "user.created"]);
    let workers: Vec<String> = messaging::get_all_workers()
        .iter()
        .map(|spec| spec.name().to_owned())
        .collect();
    assert_eq!(workers, ["plain", "post"]);
}
