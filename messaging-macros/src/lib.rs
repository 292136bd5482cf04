//! The procedural macros of `messaging`. Use them through that crate, which documents what they need at run time.
//!
//! Every macro works in the same four steps: *parse* the attribute's keys and the item, build a *model* that keeps
//! the spans, *check* it so that all mistakes are reported at once, and *expand*, which cannot fail. The user's item
//! is emitted token for token, also when there are mistakes.

mod cfgs;
mod consumer;
mod function;
mod keys;
mod message_handler;
mod mistakes;
mod on_event;
mod payload;
mod publishing;
mod retry;
mod spans;
mod topic;
mod value;
mod worker;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Registers an async function, or a type that is a `Worker`, as the handler of a topic.
///
/// ```
/// use messaging::extract::Attempt;
/// use messaging::{HandlerError, worker};
///
/// #[worker(topic = "orders", output_topic = "invoices", max_retries = 5, retry_delay = "500ms")]
/// async fn charge(order: String, attempt: Attempt) -> Result<String, HandlerError> {
///     if order.is_empty() {
///         return Err(HandlerError::reject("the order is empty"));
///     }
///     Ok(format!("{order}, charged at try {}", attempt.0))
/// }
/// # let workers = messaging::get_all_workers();
/// # assert!(workers.iter().any(|worker| worker.name() == "charge" && worker.topic() == "orders"));
/// ```
///
/// The first argument is what is read from the topic: a payload, `Delivery<T>`, `Json<T>`, `Bytes`, `String`, or
/// `Batch<T>`. The others are extractors. Any value may be a const expression instead of a literal.
///
/// | key | value | default |
/// |---|---|---|
/// | `topic` | a name, or a type with `#[topic]` | required |
/// | `output_topic` | a name, or a type with `#[topic]`, for what the handler returns; needed unless that is `()` or a message with its own | none |
/// | `name` | text; must be unique in the program | the function's name; the type's name in snake case |
/// | `group_id` | text | `{service}.{worker}` |
/// | `concurrency` | number from 1: lanes that run at a time | 1 |
/// | `order` | `"key"`, `"partition"`, `"none"`: which records stay in order | `"key"` |
/// | `max_retries` | number: tries after the first | 3 |
/// | `retry_backoff` | `"exponential"`, `"linear"`, `"fixed"` | `"exponential"` |
/// | `retry_delay` | duration before the first retry; with `"0s"` every retry comes at once | `"1s"` |
/// | `retry_max_delay` | duration | `"1h"` |
/// | `retry_jitter` | 0.0 to 1.0, a share of the delay | 0.0 |
/// | `retry_policy` | a const `RetryPolicy`, instead of the five keys above | none |
/// | `timeout` | duration of one try | none |
/// | `on_exhausted` | `"dlq"`, `"skip"`, `"stop"`: what becomes of a record that is given up | `"dlq"` |
/// | `dlq_topic` | a name, or a type with `#[topic]` | `{topic}.dlq` |
/// | `batch_size` | number from 1; needs `Batch<T>`, or makes `process_batch` the entry | 100 |
/// | `batch_timeout` | duration; the same | `"100ms"` |
/// | `max_in_flight` | number from 1: records started or queued | max(4 × `concurrency`, 1000) |
/// | `max_bytes` | number from 1: bytes of such records at which no more are taken in | 64 MiB |
/// | `max_ahead` | number from 1: records done behind an unfinished one, per partition | 100,000 |
/// | `auto_offset_reset` | `"earliest"`, `"latest"`, `"none"`: where a new group begins | a setting |
/// | `input_schema` | the text of a JSON Schema, also `include_str!(…)`, or a `fn() -> Value`; for handlers that take `serde_json::Value`; needs the feature `json-schema` | none |
/// | `output_schema` | the same, for handlers that return `serde_json::Value` | none |
/// | `classify` | a `fn(&E) -> Verdict` that reads the handler's errors | `HandlerError` is looked for |
/// | `crate` | the path of `messaging`, when it is renamed | `::messaging` |
///
/// A duration is `"100ms"`, `"5s"`, `"2m"`, `"1h30m"`, `"7d"`, whole seconds as a number, or a const `Duration`.
///
/// # Class style
/// On `impl Worker for` a type, it registers that type. The instance is what the App is given by `state` or `provide`,
/// else the type's `Default`, else the start-up check asks for one. All keys are the same.
///
/// ```
/// use messaging::prelude::*;
///
/// #[derive(Default)]
/// struct Enrich;
///
/// #[worker(topic = "events.raw", output_topic = "events.enriched", concurrency = 8)]
/// impl Worker for Enrich {
///     type Input = String;
///     type Output = String;
///     type Error = messaging::BoxError;
///
///     async fn process(&self, event: String, cx: &Cx) -> Result<String, messaging::BoxError> {
///         Ok(format!("{event} of partition {}", cx.partition()))
///     }
/// }
/// # assert!(messaging::get_all_workers().iter().any(|worker| worker.name() == "enrich"));
/// ```
///
/// # Mistakes
/// Each is reported at its token with what to write instead, all mistakes of an item at once:
///
/// ```compile_fail
/// #[messaging::worker(topic = "orders", retries = 5)] // unknown key `retries` (did you mean `max_retries`?)
/// async fn charge(order: String) {}
/// ```
///
/// # Expansion
/// The function, or the `impl`, stays as it is. Beside it stands a `const _` with one check per argument, for the
/// result, for each topic and for the future, and one description of the worker in the link-time registry;
/// `WorkerSpec::of` and `WorkerSpec::class` make the same by hand.
#[proc_macro_attribute]
pub fn worker(attribute: TokenStream, item: TokenStream) -> TokenStream {
    worker::expand(attribute.into(), item.into()).into()
}

/// Registers a consumer: a group's events, each handled by the handler of its name.
///
/// On an `impl`, its methods with [`macro@on_event`] are the handlers. They take `&self`: one instance, which the App
/// is given by `state` or `provide`, else the type's `Default`, else the start-up check asks for one.
///
/// ```
/// use messaging::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct UserCreated {
///     email: String,
/// }
///
/// #[derive(Default)]
/// struct OrderEvents;
///
/// #[consumer("order-service", topics = ["user-events", "payment-events"], max_retries = 5)]
/// impl OrderEvents {
///     #[on_event("user.created")]
///     async fn welcome(&self, event: Event<UserCreated>) -> Result<(), HandlerError> {
///         println!("{} welcomes {}", event.event_id, event.data.email);
///         Ok(())
///     }
///
///     #[on_event("payment.received")]
///     async fn thank(&self, payment: String) {
///         println!("thanks for {payment}");
///     }
/// }
/// # assert!(messaging::get_all_event_handlers().iter().any(|handler| handler.event() == "payment.received"));
/// ```
///
/// On a struct, the handlers are free functions anywhere in the program or in other crates, with
/// `#[on_event("…", consumer = ThatStruct)]`. On one async function, which gets every record of its `topic`, it is
/// [`macro@worker`] by another name, with the same keys.
///
/// | key | value | default |
/// |---|---|---|
/// | `group_id`, or the first value | text | `{service}.{name}` |
/// | `topics`, or `topic` for one | a list of names, or types with `#[topic]` | required |
/// | `name` | text; must be unique in the program | the type's name in snake case |
/// | `dlq_topic` | a name, or a type with `#[topic]`, for all topics | `{topic}.dlq` for each |
///
/// `concurrency`, `order`, `max_retries`, `retry_backoff`, `retry_delay`, `retry_max_delay`, `retry_jitter`,
/// `retry_policy`, `timeout`, `on_exhausted`, `max_in_flight`, `max_bytes`, `max_ahead`, `auto_offset_reset` and
/// `crate` are those of `#[worker]`.
///
/// # Which handler
/// An event's name is its header `event-type`, else the top-level `event_type` of its JSON object, else `name`. One
/// that no handler is for is counted, logged once at warn, and done. A record without a name, or that is no JSON
/// object, is undecodable: a dead letter, without a retry. Two handlers of one event are a mistake that the start-up
/// check names with both places.
///
/// ```compile_fail
/// struct Orders;
///
/// #[messaging::consumer("shop", topics = ["orders"])]
/// impl Orders {} // no method handles an event
/// ```
///
/// # Expansion
/// The `impl` stays as it is, without `#[on_event]`; a struct stays as it is. Beside it stand a mark for the type and
/// one description of the consumer and of each handler in the link-time registry; `ConsumerSpec::of` and
/// `EventHandlerSpec::of` make the same by hand.
#[proc_macro_attribute]
pub fn consumer(attribute: TokenStream, item: TokenStream) -> TokenStream {
    consumer::expand(attribute.into(), item.into()).into()
}

/// Registers the handler of one event of a [`macro@consumer`].
///
/// ```
/// use messaging::{Event, consumer, on_event};
///
/// #[consumer("order-service", topics = ["user-events"])]
/// struct OrderEvents;
///
/// #[on_event("user.created", consumer = OrderEvents)]
/// async fn welcome(event: Event<String>) {
///     println!("welcome, {}", event.data);
/// }
/// # assert!(messaging::get_all_event_handlers().iter().any(|handler| handler.event() == "user.created"));
/// ```
///
/// The first argument is the event's data: a payload or `Json<T>`, read from `data` where the record has that and from
/// the whole where it has not; `Event<T>`, which wants the whole envelope; or `Delivery<_>` of these. `String` and
/// `Bytes` get the JSON as it is written. The others are extractors. It returns `()`, `Result<(), E>`, or a
/// `Message<_>` that names its topic.
///
/// | key | value | default |
/// |---|---|---|
/// | `event`, or the first value | the event's name | required |
/// | `consumer` | the type that is the consumer; not on a method | required |
/// | `classify` | a `fn(&E) -> Verdict` that reads the handler's errors | `HandlerError` is looked for |
/// | `crate` | the path of `messaging`, when it is renamed | `::messaging` |
///
/// ```compile_fail
/// struct Orders;
///
/// #[messaging::on_event("paid", consumer = Orders)] // `Orders` is no consumer
/// async fn paid(order: String) {}
/// ```
#[proc_macro_attribute]
pub fn on_event(attribute: TokenStream, item: TokenStream) -> TokenStream {
    on_event::expand(attribute.into(), item.into()).into()
}

/// Registers an async function as the handler of a topic, with the same delay before every retry.
///
/// ```
/// use messaging::message_handler;
///
/// #[message_handler(topic = "orders", group_id = "billing", max_retries = 3, retry_delay = 5)]
/// async fn charge(order: String) -> Result<(), std::io::Error> {
///     println!("{order} is charged");
///     Ok(())
/// }
/// # assert!(messaging::get_all_workers().iter().any(|worker| worker.name() == "charge"));
/// ```
///
/// It is a [`macro@worker`] with its keys, except `retry_backoff`, `retry_max_delay`, `retry_jitter` and
/// `retry_policy`: every retry waits `retry_delay`, seconds or a text such as `"5s"`, by default 5 s. What becomes of a
/// record when its `max_retries` (3) are used up, `on_exhausted` says, as there.
///
/// ```compile_fail
/// #[messaging::message_handler(topic = "orders", retry_backoff = "linear")] // `retry_backoff` does not fit here
/// async fn charge(order: String) {}
/// ```
#[proc_macro_attribute]
pub fn message_handler(attribute: TokenStream, item: TokenStream) -> TokenStream {
    message_handler::expand(attribute.into(), item.into()).into()
}

/// Lets a type that serde can write and read be published and handled, as JSON.
///
/// ```
/// use messaging::Payload;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct Order {
///     id: String,
///     total: f64,
/// }
/// ```
///
/// Structs and enums, also generic ones; the type owns its data. `#[payload(crate = path)]` names a renamed
/// `messaging`. A type of another crate needs no derive: take `Json<Theirs>`.
///
/// ```compile_fail
/// #[derive(messaging::Payload)] // the trait bound `Order: Serialize` is not satisfied
/// struct Order {
///     id: String,
/// }
/// ```
///
/// # Expansion
/// `impl Payload`, and `Reads<Self>` and `Writes<Self>`, so that the type fits topics whose schema it is.
#[proc_macro_derive(Payload, attributes(payload))]
pub fn payload(item: TokenStream) -> TokenStream {
    payload::expand(item.into()).into()
}

/// Makes a unit struct stand for a topic, so that what is read from it and written to it is checked by the compiler.
///
/// ```
/// use messaging::{Payload, topic, worker};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct OrderCreated {
///     order_id: String,
/// }
///
/// #[topic(name = "orders.created", schema = OrderCreated, key = order_id)]
/// struct OrdersCreated;
///
/// #[worker(topic = OrdersCreated)]
/// async fn charge(order: OrderCreated) {
///     println!("{}", order.order_id);
/// }
/// # assert!(messaging::get_all_topics().iter().any(|topic| topic.name() == "orders.created"));
/// ```
///
/// | key | value | default |
/// |---|---|---|
/// | `name` | the topic's name | required |
/// | `schema` | the type its records hold | any payload |
/// | `key` | a field of the schema that becomes the records' key | the input's key |
/// | `crate` | the path of `messaging`, when it is renamed | `::messaging` |
///
/// ```compile_fail
/// #[messaging::topic(name = "orders", key = id)] // `key` is a field of the schema: add `schema = …`
/// struct Orders;
/// ```
///
/// # Expansion
/// The struct stays as it is. Beside it stand `impl Topic` and a description in the link-time registry.
#[proc_macro_attribute]
pub fn topic(attribute: TokenStream, item: TokenStream) -> TokenStream {
    topic::expand(attribute.into(), item.into()).into()
}

/// Publishes what an async function or method returns, and then returns it.
///
/// ```
/// use messaging::{Payload, producer};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct Order {
///     order_id: String,
///     total: f64,
/// }
///
/// #[producer(topic = "orders.created", key = order_id)]
/// async fn create_order(total: f64) -> messaging::Result<Order> {
///     Ok(Order { order_id: "7".into(), total })
/// }
/// # assert!(messaging::get_all_publishers().iter().any(|publisher| publisher.topic() == "orders.created"));
/// ```
///
/// What can be published is a payload, `Json<T>`, `Option` of these (`None` publishes nothing), `Result` of these (an
/// `Err` publishes nothing), and with the feature `axum` also axum's `Json<T>` and `(StatusCode, T)`. It goes out with
/// the App in whose handler this runs, else with the process's default producer; the function returns when the broker
/// has it, or when it is queued, as the setting `kafka_fire_and_forget` says.
///
/// | key | value | default |
/// |---|---|---|
/// | `topic` | a name, or a type with `#[topic]` | required |
/// | `key` | a field of what is published, or a field of a field | the key of the topic's type, else none |
/// | `on_publish_error` | `"fail"`: the function returns the error, so it returns `Result<_, E>` with `E: From<messaging::Error>`; `"log"`: the value is returned and the error is logged | `"fail"` |
/// | `crate` | the path of `messaging`, when it is renamed | `::messaging` |
///
/// # This is a dual write
/// What the function did before, such as a row it has stored, and the message are two writes, and either can fail
/// alone: when publishing fails the row is there without its message, and a caller who tries again makes another row.
/// Where both must happen or neither, use an outbox: store the message in a table of the same database, in the same
/// transaction as the row, and let a task of its own publish the rows of that table in their order and mark those that
/// were acknowledged. Readers then see each message at least once.
///
/// # Mistakes
/// Each is reported at its token, all at once:
///
/// ```compile_fail
/// #[messaging::producer(topic = "orders")] // publishes before it returns, which takes an await: write `async fn`
/// fn create(order: String) -> messaging::Result<String> {
///     Ok(order)
/// }
/// ```
///
/// # Expansion
/// Attributes, visibility and signature stay as they are. The body becomes an async block whose answer is handed to one
/// function of the runtime, which publishes and returns it; and one description stands in the link-time registry, see
/// `messaging::get_all_publishers`. By hand it is `Producer::send`.
#[proc_macro_attribute]
pub fn producer(attribute: TokenStream, item: TokenStream) -> TokenStream {
    publishing::expand(publishing::Kind::Producer, attribute.into(), item.into()).into()
}

/// Publishes what an async function or method returns as an event, and then returns it.
///
/// ```
/// use messaging::{Payload, event};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct User {
///     id: u64,
///     email: String,
/// }
///
/// #[event("user.created", topic = "user-events", key = id)]
/// async fn sign_up(email: String) -> messaging::Result<User> {
///     Ok(User { id: 7, email })
/// }
/// # assert!(messaging::get_all_publishers().iter().any(|publisher| publisher.event() == Some("user.created")));
/// ```
///
/// The record is `{"name": "user.created", "event_id": …, "occurred_at": …, "data": {"id": 7, "email": …}}` with the
/// headers `event-type` (the name), `message-id` (the same id) and `content-type` (`application/json`). The id is a
/// UUIDv7, the time is RFC 3339 in UTC. What can be published, and how errors go, is as in [`macro@producer`]; the
/// value is any that serde can write.
///
/// | key | value | default |
/// |---|---|---|
/// | the first value | the event's name: text, or a const | required |
/// | `topic` | a name, or a type with `#[topic]` | required |
/// | `key` | a field of the value, or a field of a field; `key_field` is another word for it, which may be in quotes | the key of the topic's type, else none |
/// | `on_publish_error` | `"fail"` or `"log"`, as in [`macro@producer`] | `"fail"` |
/// | `crate` | the path of `messaging`, when it is renamed | `::messaging` |
///
/// This is a dual write as well: see [`macro@producer`] for what that means, and for the outbox.
///
/// ```compile_fail
/// #[messaging::event(topic = "user-events")] // the event's name is missing
/// async fn sign_up(email: String) -> messaging::Result<String> {
///     Ok(email)
/// }
/// ```
///
/// # Expansion
/// As that of [`macro@producer`].
#[proc_macro_attribute]
pub fn event(attribute: TokenStream, item: TokenStream) -> TokenStream {
    publishing::expand(publishing::Kind::Event, attribute.into(), item.into()).into()
}
