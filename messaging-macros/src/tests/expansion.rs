//! Snapshots of the least and the most use of each macro, and the limit on what a handler expands to.

use super::{formatted, tokens};
use crate::publishing::Kind;

/// All keys of `#[worker]` except `crate`, each with a value.
const ALL_KEYS: &[&str] = &[
    "topic = topics::ORDERS",
    "output_topic = Invoices",
    "name = \"charge-orders\"",
    "group_id = \"billing\"",
    "concurrency = 2 * CORES",
    "order = \"partition\"",
    "max_retries = 5",
    "retry_backoff = \"linear\"",
    "retry_delay = \"1h30m\"",
    "retry_max_delay = 7200",
    "retry_jitter = 1",
    "timeout = PATIENCE",
    "dlq_topic = \"orders.dead\"",
    "on_exhausted = \"stop\"",
    "batch_size = 50",
    "batch_timeout = \"250ms\"",
    "max_in_flight = 500",
    "max_bytes = 1 << 20",
    "max_ahead = 10_000",
    "auto_offset_reset = \"earliest\"",
    "classify = errors::verdict",
];

/// Keys that stand instead of others, or that other types need.
const OTHER_KEYS: &[&str] = &[
    "retry_policy = PAYMENTS",
    "input_schema = include_str!(\"order.json\")",
    "output_schema = schemas::invoice",
];

const LEAST: &str = "async fn charge(order: Order) {}";
const MOST: &str = "
    /// Charges.
    #[cfg(feature = \"billing\")]
    #[inline]
    pub(crate) async fn r#match(orders: Batch<Order>, State(db): State<Db>, attempt: Attempt) -> Vec<Result<Invoice, Refused>> { todo }
";

const LEAST_CLASS: &str = "impl Worker for OrderDesk { type Input = Order; }";
const MOST_CLASS: &str = "
    #[cfg(feature = \"billing\")]
    impl events::Worker for HTTPDesk<Db> {
        type Input = Order;
        type Output = Invoice;
        async fn process_batch() {}
        async fn on_error() {}
        async fn on_success() {}
    }
";

fn worker(keys: &str, item: &str) -> String {
    formatted(crate::worker::expand(tokens(keys), tokens(item)))
}

/// All keys of `#[consumer]` except `crate`, each with a value.
const ALL_CONSUMER_KEYS: &[&str] = &[
    "GROUP",
    "topics = [\"users\", Payments]",
    "name = \"order-events\"",
    "concurrency = 8",
    "order = \"partition\"",
    "max_retries = 5",
    "retry_backoff = \"linear\"",
    "retry_delay = \"2s\"",
    "retry_max_delay = 7200",
    "retry_jitter = 0.5",
    "timeout = PATIENCE",
    "dlq_topic = \"dead\"",
    "on_exhausted = \"skip\"",
    "max_in_flight = 500",
    "max_bytes = 1 << 20",
    "max_ahead = 10_000",
    "auto_offset_reset = \"latest\"",
];

const LEAST_CONSUMER: &str = "impl Shop { #[on_event(\"paid\")] async fn paid(&self, order: Order) {} }";
const MOST_CONSUMER: &str = "
    /// A shop.
    #[cfg(unix)]
    impl super::Shop<u8> {
        const LIMIT: usize = 7;
        /// Charges.
        #[cfg(feature = \"till\")]
        #[messaging::on_event(PAID, classify = verdict)]
        #[inline]
        pub async fn r#match(&self, order: Event<Order>, State(own): State<Self>, attempt: Attempt) -> Result<(), Refused> { todo }
        fn helper(&self) {}
        #[on_event(\"lost\")]
        async fn lost(&self, order: Order) {}
    }
";

fn consumer(keys: &str, item: &str) -> String {
    formatted(crate::consumer::expand(tokens(keys), tokens(item)))
}

fn on_event(keys: &str, item: &str) -> String {
    formatted(crate::on_event::expand(tokens(keys), tokens(item)))
}

fn message_handler(keys: &str, item: &str) -> String {
    formatted(crate::message_handler::expand(tokens(keys), tokens(item)))
}

fn topic(keys: &str, item: &str) -> String {
    formatted(crate::topic::expand(tokens(keys), tokens(item)))
}

fn producer(keys: &str, item: &str) -> String {
    formatted(crate::publishing::expand(
        Kind::Producer,
        tokens(keys),
        tokens(item),
    ))
}

fn event(keys: &str, item: &str) -> String {
    formatted(crate::publishing::expand(Kind::Event, tokens(keys), tokens(item)))
}

fn payload(item: &str) -> String {
    formatted(crate::payload::expand(tokens(item)))
}

fn lines_beyond(item: &str, expansion: &str) -> usize {
    expansion.lines().count() - formatted(tokens(item)).lines().count()
}

#[test]
fn least_worker() {
    insta::assert_snapshot!(worker("topic = \"orders\"", LEAST));
}

#[test]
fn most_worker() {
    insta::assert_snapshot!(worker(&ALL_KEYS.join(", "), MOST));
}

#[test]
fn renamed_worker() {
    insta::assert_snapshot!(worker(
        "topic = \"orders\", order = \"none\", crate = crate::events",
        LEAST
    ));
}

#[test]
fn least_class() {
    insta::assert_snapshot!(worker("topic = \"orders\"", LEAST_CLASS));
}

#[test]
fn most_class() {
    let keys = [
        "topic = Orders",
        "output_topic = Invoices",
        "batch_size = 2",
        "classify = verdict",
    ];
    let keys = [&keys, OTHER_KEYS, &["crate = events"]].concat();
    insta::assert_snapshot!(worker(&keys.join(", "), MOST_CLASS));
}

#[test]
fn a_class_expands_to_few_lines() {
    let lines = lines_beyond(LEAST_CLASS, &worker("topic = \"orders\"", LEAST_CLASS));
    assert!(lines <= 20, "{lines}");
}

#[test]
fn a_handler_expands_to_few_lines() {
    assert!(lines_beyond(LEAST, &worker("topic = \"orders\"", LEAST)) <= 20 + 1 + 1);
    assert!(lines_beyond(MOST, &worker(&ALL_KEYS.join(", "), MOST)) <= 20 + ALL_KEYS.len() + 3);
}

/// Each argument may cost a line, though the future's check names none of them.
#[test]
fn sixteen_arguments_expand_to_few_lines() {
    let extractors: String = (1..16)
        .map(|i| format!("a{i}: State<SomeLongName{i}>, "))
        .collect();
    let item = format!("async fn charge(order: Order, {extractors}) {{}}");
    assert!(lines_beyond(&item, &worker("topic = \"orders\"", &item)) <= 20 + 1 + 16);
}

#[test]
fn every_key_costs_at_most_its_line_and_its_check() {
    let least = worker("topic = \"orders\"", "async fn charge(orders: Batch<Order>) {}")
        .lines()
        .count();
    for key in ALL_KEYS[1..].iter().chain(OTHER_KEYS) {
        let keys = format!("topic = \"orders\", {key}");
        let with = worker(&keys, "async fn charge(orders: Batch<Order>) {}")
            .lines()
            .count();
        assert!(with <= least + 2, "{key} costs {} lines", with - least);
    }
}

#[test]
fn least_topic() {
    insta::assert_snapshot!(topic("name = \"orders\"", "struct Orders;"));
}

#[test]
fn most_topic() {
    let keys = "name = names::ORDERS, schema = Wrapped<Order, u8>, key = head.id, crate = events";
    insta::assert_snapshot!(topic(
        keys,
        "/// Orders.\n#[cfg(unix)]\n#[derive(Clone)]\npub struct Orders;"
    ));
}

#[test]
fn least_payload() {
    insta::assert_snapshot!(payload("struct Order { id: u64 }"));
}

#[test]
fn most_payload() {
    insta::assert_snapshot!(payload(
        "#[cfg(unix)] #[payload(crate = events)] #[serde(tag = \"kind\")]
         pub enum Change<T: Clone, const N: usize> where T: Send { Set(T), Cleared }"
    ));
}

const PUBLISHER: &str = "async fn create(order: Order) -> Result<Order, Error> { Ok(order) }";

#[test]
fn least_producer() {
    insta::assert_snapshot!(producer("topic = \"orders\"", PUBLISHER));
}

#[test]
fn most_producer() {
    let keys = "topic = topics::ORDERS, key = head.id, on_publish_error = \"log\", crate = events";
    let item = "
        /// Creates.
        #[cfg(unix)]
        pub(crate) async fn r#match<'a, T>(&'a mut self, Json(order): Json<T>) -> Result<Json<T>, Error> where T: Payload { todo }
    ";
    insta::assert_snapshot!(producer(keys, item));
}

#[test]
fn least_event() {
    insta::assert_snapshot!(event("\"order.created\", topic = \"orders\"", PUBLISHER));
}

#[test]
fn most_event() {
    let keys = "names::CREATED, topic = Orders, key_field = \"head.id\", on_publish_error = \"fail\", crate = events";
    insta::assert_snapshot!(event(keys, PUBLISHER));
}

#[test]
fn a_publisher_expands_to_few_lines() {
    let keys = "topic = \"orders\"";
    assert!(lines_beyond(PUBLISHER, &producer(keys, PUBLISHER)) <= 30);
}

/// What stands before the body is the user's, with mistakes or without; and so is the body.
#[test]
fn a_publisher_keeps_its_head_and_its_body() {
    let item = tokens(PUBLISHER).to_string();
    let (head, body) = item.split_once('{').expect("it has a body");
    for keys in ["topic = \"orders\"", "topics = 7"] {
        let expansion =
            crate::publishing::expand(Kind::Producer, tokens(keys), tokens(PUBLISHER)).to_string();
        assert!(
            expansion.starts_with(head) && expansion.contains(body),
            "{expansion}"
        );
    }
}

/// Doc comments, attributes and body are the user's; the macro must not even reorder them.
#[test]
fn the_item_stays_token_for_token() {
    for keys in ["topic = \"orders\"", "topics = 7"] {
        let expansion = crate::worker::expand(tokens(keys), tokens(MOST)).to_string();
        assert!(expansion.starts_with(&tokens(MOST).to_string()), "{expansion}");
    }
}

#[test]
fn least_consumer() {
    insta::assert_snapshot!(consumer("\"shop\", topics = [\"orders\"]", LEAST_CONSUMER));
}

#[test]
fn most_consumer() {
    insta::assert_snapshot!(consumer(&ALL_CONSUMER_KEYS.join(", "), MOST_CONSUMER));
}

#[test]
fn renamed_consumer() {
    insta::assert_snapshot!(consumer("topic = \"orders\", crate = events", LEAST_CONSUMER));
}

#[test]
fn struct_consumer() {
    insta::assert_snapshot!(consumer(
        "\"shop\", topic = Orders",
        "pub struct Shop { till: u8 }"
    ));
}

#[test]
fn function_consumer() {
    insta::assert_snapshot!(consumer("topic = \"orders\", group_id = \"shop\"", LEAST));
}

#[test]
fn least_on_event() {
    insta::assert_snapshot!(on_event("\"paid\", consumer = Shop", LEAST));
}

#[test]
fn most_on_event() {
    let keys = "event = events::PAID, consumer = shops::Shop, classify = verdict, crate = events";
    let item = "#[cfg(unix)] pub async fn charge(order: Event<Order>, db: State<Db>) -> Result<Message<Paid>, Refused> { todo }";
    insta::assert_snapshot!(on_event(keys, item));
}

#[test]
fn least_message_handler() {
    insta::assert_snapshot!(message_handler("topic = \"orders\"", LEAST));
}

#[test]
fn most_message_handler() {
    let keys =
        "topic = ORDERS, group_id = \"shop\", max_retries = 9, retry_delay = 5, output_topic = Invoices";
    insta::assert_snapshot!(message_handler(keys, LEAST));
}

#[test]
fn a_consumer_and_each_of_its_handlers_expand_to_few_lines() {
    let keys = "\"shop\", topics = [\"orders\"]";
    let plain = "impl Shop { async fn paid(&self, order: Order) {} }";
    assert!(lines_beyond(plain, &consumer(keys, LEAST_CONSUMER)) <= 13 + 25);
    let on_struct = consumer(keys, "struct Shop;");
    assert!(lines_beyond("struct Shop;", &on_struct) <= 13, "{on_struct}");
    assert!(lines_beyond(LEAST, &on_event("\"paid\", consumer = Shop", LEAST)) <= 20);
}

/// Only `#[on_event]` goes; the rest is the user's.
#[test]
fn an_impl_stays_as_it_is_but_for_on_event() {
    let without = MOST_CONSUMER
        .replace("#[messaging::on_event(PAID, classify = verdict)]", "")
        .replace("#[on_event(\"lost\")]", "");
    for keys in ["\"shop\", topic = \"orders\"", "retries = 7"] {
        let expansion = crate::consumer::expand(tokens(keys), tokens(MOST_CONSUMER)).to_string();
        assert!(
            expansion.starts_with(&tokens(&without).to_string()),
            "{expansion}"
        );
    }
}
