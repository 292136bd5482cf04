//! The procedural macros of `messaging`. Use them through that crate, which documents what they need at run time.
//!
//! Every macro works in the same four steps: *parse* the attribute's keys and the item, build a *model* that keeps
//! the spans, *check* it so that all mistakes are reported at once, and *expand*, which cannot fail. The user's item
//! is emitted token for token, also when there are mistakes.

mod cfgs;
mod keys;
mod mistakes;
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
/// # let workers = messaging::registry::workers();
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
/// On `impl Worker for` a type, it registers that type. The instance is what the App is given by `state` or `provide`, else
/// the type's `Default`, else the start-up check asks for one. All keys are the same.
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
/// # assert!(messaging::registry::workers().iter().any(|worker| worker.name() == "enrich"));
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
/// The function, or the `impl`, stays as it is. Beside it stands a `const _` with one check per argument, for the result,
/// for each topic and for the future, and one description of the worker in the link-time registry; `WorkerSpec::of` and
/// `WorkerSpec::class` make the same by hand.
#[proc_macro_attribute]
pub fn worker(attribute: TokenStream, item: TokenStream) -> TokenStream {
    worker::expand(attribute.into(), item.into()).into()
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
/// # assert!(messaging::registry::topics().iter().any(|topic| topic.name() == "orders.created"));
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
/// `Err` publishes nothing), and with the feature `axum` also axum's `Json<T>` and `(StatusCode, T)`. It goes out with the
/// App in whose handler this runs, else with the process's default producer; the function returns when the broker has it,
/// or when it is queued, as the setting `kafka_fire_and_forget` says.
///
/// | key | value | default |
/// |---|---|---|
/// | `topic` | a name, or a type with `#[topic]` | required |
/// | `key` | a field of what is published, or a field of a field | the key of the topic's type, else none |
/// | `on_publish_error` | `"fail"`: the function returns the error, so it returns `Result<_, E>` with `E: From<messaging::Error>`; `"log"`: the value is returned and the error is logged | `"fail"` |
/// | `crate` | the path of `messaging`, when it is renamed | `::messaging` |
///
/// # This is a dual write
/// What the function did before, such as a row it has stored, and the message are two writes, and either can fail alone:
/// when publishing fails the row is there without its message, and a caller who tries again makes another row. Where both
/// must happen or neither, use an outbox: store the message in a table of the same database, in the same transaction as
/// the row, and let a task of its own publish the rows of that table in their order and mark those that were
/// acknowledged. Readers then see each message at least once.
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
/// headers `event-type` (the name), `message-id` (the same id) and `content-type` (`application/json`). The id is a UUIDv7,
/// the time is RFC 3339 in UTC. What can be published, and how errors go, is as in [`macro@producer`]; the value is any that
/// serde can write.
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
