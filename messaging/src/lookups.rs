//! What is registered in this program, for a program to look at.

use crate::registry;
use crate::spec::{ConsumerSpec, EventHandlerSpec, PublisherSpec, TopicSpec, WorkerSpec};

/// All workers that macros registered in this program and the crates it names, by module and name.
///
/// ```
/// #[messaging::worker(topic = "orders")]
/// async fn charge(order: String) {
///     drop(order);
/// }
///
/// let workers = messaging::get_all_workers();
/// let charge = workers.iter().find(|worker| worker.name() == "charge").expect("it is registered");
/// assert_eq!((charge.topic(), charge.group(), charge.output()), ("orders", None, None));
/// assert_eq!(charge.dead_letters().as_deref(), Some("orders.dlq"));
/// ```
pub fn get_all_workers() -> Vec<WorkerSpec> {
    registry::workers()
}

/// All consumers that macros registered, by module and name.
///
/// ```
/// #[messaging::consumer("billing", topics = ["orders"])]
/// struct Billing;
///
/// let consumers = messaging::get_all_consumers();
/// let billing = consumers.iter().find(|consumer| consumer.name() == "billing").expect("it is registered");
/// assert_eq!(billing.topics(), ["orders"]);
/// ```
pub fn get_all_consumers() -> Vec<ConsumerSpec> {
    registry::consumers()
}

/// All handlers of events that macros registered, of whatever consumer, by module and name.
pub fn get_all_event_handlers() -> Vec<EventHandlerSpec> {
    registry::event_handlers()
}

/// All functions whose result is published, by `#[producer]` or `#[event]`, by module and name.
pub fn get_all_publishers() -> Vec<PublisherSpec> {
    registry::publishers()
}

/// All topics that have a type with `#[topic]`, by module and name.
pub fn get_all_topics() -> Vec<TopicSpec> {
    registry::topics()
}

/// The topic of this name, without the setting `topic_prefix`, that has a type with `#[topic]`.
///
/// ```
/// #[messaging::topic(name = "orders")]
/// struct Orders;
///
/// assert!(messaging::get_topic("orders").is_some_and(|topic| topic.key_field().is_none()));
/// assert!(messaging::get_topic("order").is_none());
/// ```
pub fn get_topic(name: &str) -> Option<TopicSpec> {
    registry::topics().into_iter().find(|topic| topic.name() == name)
}
