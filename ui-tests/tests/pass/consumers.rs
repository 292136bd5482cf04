//! Consumers on an `impl`, on a struct and on a function; handlers anywhere in the program.

use messaging::extract::Attempt;
use messaging::{
    App, Delivery, Event, HandlerError, Json, Message, State, Verdict, consumer, message_handler, on_event, topic,
};

#[derive(serde::Serialize, serde::Deserialize, messaging::Payload)]
pub struct User {
    email: String,
}

#[topic(name = "payment-events")]
struct PaymentEvents;

#[derive(Default)]
struct OrderEvents {
    seen: std::sync::Mutex<Vec<String>>,
}

const PAID: &str = "payment.received";

fn verdict(_: &std::fmt::Error) -> Verdict {
    Verdict::Reject
}

#[consumer("order-service", topics = ["user-events", PaymentEvents, concat!("a", "b")], max_retries = 5, order = "none")]
impl OrderEvents {
    const LIMIT: usize = { 5 };

    /// A method that is none of our business.
    pub(crate) fn count(&self) -> usize {
        self.seen.lock().map_or(0, |seen| seen.len()).min(Self::LIMIT)
    }

    #[on_event("user.created")]
    #[allow(clippy::unused_async)]
    async fn welcome(&self, Event { data, .. }: Event<User>, State(_): State<u8>) -> Result<(), HandlerError> {
        if let Ok(mut seen) = self.seen.lock() {
            seen.push(data.email);
        }
        Ok(())
    }

    #[messaging::on_event(PAID, classify = verdict)]
    pub async fn paid(&self, payment: Delivery<Json<u64>>) -> Result<(), std::fmt::Error> {
        let _ = payment;
        Err(std::fmt::Error)
    }

    #[on_event("raw")]
    async fn raw(&self, bytes: String, _: Attempt) -> Option<Message<String>> {
        Some(Message::new(bytes).topic("raws"))
    }

    #[on_event("itself")]
    async fn itself(&self, _: Json<Vec<u8>>, _: State<<Self as Named>::Name>) {}

    #[cfg(any())]
    #[on_event("absent")]
    async fn absent(&self, _: NoSuchType) {}
}

trait Named {
    type Name;
}
impl Named for OrderEvents {
    type Name = u8;
}

mod till {
    #[messaging::consumer(group_id = "till", topic = "tills", name = "cash")]
    pub(crate) struct Till {
        _drawer: u8,
    }
}

mod elsewhere {
    use super::*;

    #[on_event("opened", consumer = crate::till::Till)]
    pub async fn opened(till: String) {
        drop(till);
    }

    #[on_event(event = "closed", consumer = super::till::Till, classify = verdict)]
    async fn closed(till: Event<String>) -> Result<(), std::fmt::Error> {
        drop(till);
        Ok(())
    }
}

struct Shelf<T>(T);

#[consumer("shelves", topics = ["shelves"])]
impl Shelf<u8> {
    #[on_event("full")]
    async fn full(&self, _: String) {
        let _ = self.0;
    }
}

#[consumer(topic = "letters", group_id = "post")]
async fn post(letter: String) {
    drop(letter);
}

#[message_handler(topic = "parcels", max_retries = 3, retry_delay = "5s", output_topic = "b")]
async fn parcel(parcel: String) -> String {
    parcel
}

fn main() {
    let consumers = messaging::get_all_consumers();
    let names: Vec<&str> = consumers.iter().map(|consumer| consumer.name()).collect();
    assert_eq!(names, ["order_events", "shelf", "cash"]);
    assert_eq!(consumers[0].topics(), ["user-events", "payment-events", "ab"]);
    let handlers = messaging::get_all_event_handlers();
    let events: Vec<(&str, &str)> = handlers.iter().map(|handler| (handler.name(), handler.event())).collect();
    let expected = [
        ("full", "full"),
        ("itself", "itself"),
        ("paid", "payment.received"),
        ("raw", "raw"),
        ("welcome", "user.created"),
        ("closed", "closed"),
        ("opened", "opened"),
    ];
    assert_eq!(events, expected);
    let source: Vec<&str> = include_str!("consumers.rs").lines().collect();
    for handler in handlers {
        let line = source[handler.place().line as usize - 1];
        assert!(line.contains("on_event("), "{handler:?} stands at {line:?}");
    }
    assert_eq!(messaging::get_all_workers().len(), 2);
    assert!(messaging::get_topic("payment-events").is_some());
    let app = App::new().configure([("message_broker", "memory")]).state(7_u8);
    let error = app.check().unwrap_err().report();
    assert!(error.contains("1 problem") && error.contains("there is no instance of `") && error.contains("::Shelf<u8>`"), "{error}");
    assert_eq!(OrderEvents::default().count(), 0);
}
