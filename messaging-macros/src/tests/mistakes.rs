//! All mistakes of an item are reported at once, each at its token.

use proc_macro2::TokenStream;
use syn::{Item, LitStr};

use super::tokens;

/// The texts of all `compile_error!` in an expansion.
fn messages(expansion: TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(expansion).expect("an expansion is a list of items");
    let errors = file.items.into_iter().filter_map(|item| match item {
        Item::Macro(item)
            if item
                .mac
                .path
                .segments
                .last()
                .is_some_and(|s| s.ident == "compile_error") =>
        {
            Some(item.mac.parse_body::<LitStr>().expect("a message").value())
        }
        _ => None,
    });
    errors.collect()
}

fn worker(keys: &str, item: &str) -> Vec<String> {
    messages(crate::worker::expand(tokens(keys), tokens(item)))
}

#[test]
fn all_at_once() {
    let found = worker(
        "concurrency = 0, topics = \"orders\", order = \"keys\", timeout = \"5 s\", timeout = \"5s\"",
        "unsafe fn charge<T>(order: &Order, rest: impl Send) -> impl Send {}",
    );
    let expected = [
        "`concurrency` is too small",
        "unknown key `topics`: it reads one topic",
        "unknown `order` \"keys\" (did you mean `key`?)",
        "`timeout` is no duration, \" s\" is no unit",
        "`timeout` is given twice",
        "write `async fn`",
        "cannot be `unsafe`",
        "cannot be generic",
        "cannot return `impl Trait`",
        "`topic` is missing",
        "take `Order` by value",
        "cannot take `impl Trait`",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found:?} does not say {expected:?}");
    }
}

/// A key whose value is broken in syntax ends the list, so nothing that follows is blamed for it.
#[test]
fn broken_syntax_is_blamed_once() {
    for keys in [
        "topic",
        "topic =",
        "topic = \"orders\" max_retries = 3",
        "topic = \"orders\", = 3",
    ] {
        let found = worker(keys, "async fn charge(order: Order) {}");
        let about_syntax = found
            .iter()
            .filter(|text| !text.contains("`topic` is missing"))
            .count();
        assert_eq!(about_syntax, 1, "{keys}: {found:?}");
    }
}

#[test]
fn every_value_has_its_check() {
    for (keys, message) in [
        ("topic = 7", "`topic` is no name"),
        ("topic = \"\"", "`topic` is empty"),
        ("topic = \"..\"", "`topic` cannot be \"..\""),
        ("topic = \"orders created\"", "`topic` has ' ' in it"),
        ("output_topic = \"a/b\"", "`output_topic` has '/' in it"),
        ("dlq_topic = \"ä\"", "`dlq_topic` has 'ä' in it"),
        ("name = \"a b\"", "`name` has ' ' in it"),
        ("group_id = \"\"", "`group_id` is empty"),
        ("concurrency = \"8\"", "`concurrency` is no whole number"),
        ("concurrency = -1", "`concurrency` is negative"),
        ("max_retries = 4294967296", "`max_retries` is too large"),
        ("max_in_flight = 0", "`max_in_flight` is too small"),
        ("max_bytes = 0", "`max_bytes` is too small"),
        ("max_ahead = 0", "`max_ahead` is too small"),
        ("retry_jitter = 1.5", "`retry_jitter` is out of range"),
        ("retry_jitter = 2", "`retry_jitter` is out of range"),
        ("retry_jitter = -0.1", "`retry_jitter` is negative"),
        ("retry_jitter = \"half\"", "`retry_jitter` is no number"),
        ("retry_delay = 1.5", "`retry_delay` is no duration"),
        ("retry_delay = 5s", "the unit `s` needs quotes"),
        ("timeout = 0", "`timeout` must be longer than nothing"),
        ("retry_backoff = \"exponentially\"", "did you mean `exponential`?"),
        (
            "on_exhausted = true",
            "`on_exhausted` is a word: use \"dlq\", \"skip\", \"stop\"",
        ),
        (
            "auto_offset_reset = \"oldest\"",
            "use \"earliest\", \"latest\", \"none\"",
        ),
        ("classify = \"verdict\"", "`classify` names a function"),
        ("crate = \"events\"", "`crate` is a path"),
    ] {
        let keys = if keys.starts_with("topic") {
            keys.to_owned()
        } else {
            format!("topic = \"orders\", {keys}")
        };
        let found = worker(&keys, "async fn charge(order: Order) {}");
        assert!(
            matches!(&found[..], [one] if one.contains(message)),
            "{keys}: {found:?}"
        );
    }
}

/// Words of other frameworks are answered by ours, and no second message asks for what was meant.
#[test]
fn words_from_elsewhere_are_answered() {
    for (keys, message) in [
        ("topic = \"orders\", batch = true", "takes `Batch<_>` first"),
        (
            "topic = \"orders\", attempts = 4",
            "4 attempts are `max_retries = 3`",
        ),
        (
            "topic = \"orders\", autoretry_for = Timeout",
            "write `classify = path`",
        ),
        ("topic = \"orders\", time_limit = 30", "write `timeout"),
        ("topic = \"orders\", on_failure = tell", "on `impl Worker for`"),
        ("topic = \"orders\", prefetch_count = 10", "write `max_in_flight`"),
        (
            "topic = \"orders\", acks_late = true",
            "committed when it is done",
        ),
        ("topic = \"orders\", queue = \"orders\"", "write `topic = "),
        ("topic = \"orders\", dlq = \"bad\"", "did you mean `dlq_topic`?"),
        ("topic = \"orders\", delay = 1", "did you mean `retry_delay`?"),
        ("\"orders\"", "write keys as `key = value`: `topic = \"orders\"`"),
        ("\"orders\", max_retries = 3", "`topic = \"orders\"`"),
    ] {
        let found = worker(keys, "async fn charge(order: Order) {}");
        assert!(
            matches!(&found[..], [one] if one.contains(message)),
            "{keys}: {found:?}"
        );
    }
}

#[test]
fn every_rule_of_the_function_has_its_message() {
    let seventeen: String = (0..17).map(|i| format!("a{i}: Attempt, ")).collect();
    for (item, message) in [
        (
            "async fn charge(&self, order: Order) {}".to_owned(),
            "cannot be a method",
        ),
        (
            "async fn charge(order: Order) -> Option<Self> {}".to_owned(),
            "cannot be a method",
        ),
        (
            "async fn charge<'a>(order: Order) {}".to_owned(),
            "cannot have lifetimes",
        ),
        (
            "async fn charge<const N: usize>(order: Order) {}".to_owned(),
            "cannot be generic",
        ),
        (
            "async extern \"C\" fn charge(order: Order) {}".to_owned(),
            "cannot be `extern`",
        ),
        (
            "const async fn charge(order: Order) {}".to_owned(),
            "cannot be `const`",
        ),
        (
            "async fn charge(order: Order, ...) {}".to_owned(),
            "cannot be variadic",
        ),
        ("async fn charge() {}".to_owned(), "a worker needs a payload"),
        (
            format!("async fn charge({seventeen}) {{}}"),
            "at most 16 arguments",
        ),
        (
            "async fn größe(order: Order) {}".to_owned(),
            "a worker's name is ASCII",
        ),
        ("struct Orders;".to_owned(), "cannot stand here"),
    ] {
        let found = worker("topic = \"orders\"", &item);
        assert!(
            matches!(&found[..], [one] if one.contains(message)),
            "{item}: {found:?}"
        );
    }
}

#[test]
fn every_rule_of_the_class_has_its_message() {
    for (item, message) in [
        (
            "impl Orders {}",
            "for methods that handle events, write `#[consumer(…)]`",
        ),
        ("unsafe impl Orders {}", "stands on `impl Worker for Orders`"),
        (
            "#[cfg(unix)] impl shop::Consumer for Orders {}",
            "another trait's `impl`",
        ),
        ("impl<'a> Worker for Orders {}", "cannot have lifetimes"),
        (
            "impl<const N: usize> Worker for Orders<N> {}",
            "cannot be generic",
        ),
        ("impl Worker for [u8; 2] {}", "add `name = \"…\"`"),
        ("impl Worker for Größe {}", "a worker's name is ASCII"),
        (
            "impl Worker for Orders { async fn process_batch() {} }",
            "`process_batch` is never called",
        ),
    ] {
        let found = worker("topic = \"orders\"", item);
        assert!(
            matches!(&found[..], [one] if one.contains(message)),
            "{item}: {found:?}"
        );
    }
    for keys in ["batch_size = 2", "batch_timeout = \"1s\""] {
        let keys = format!("topic = \"orders\", {keys}");
        let found = worker(&keys, "impl Worker for Orders { async fn process_batch() {} }");
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn a_policy_stands_alone() {
    let single =
        "max_retries = 1, retry_backoff = \"fixed\", retry_delay = 1, retry_max_delay = 1, retry_jitter = 0";
    let keys = format!("topic = \"orders\", {single}, retry_policy = CALM");
    for item in ["async fn charge(order: Order) {}", "impl Worker for Orders {}"] {
        let found = worker(&keys, item);
        assert_eq!(found.len(), 5, "{found:#?}");
        assert!(
            found.iter().all(|one| one.contains("is said by `retry_policy`")),
            "{found:#?}"
        );
    }
}

#[test]
fn a_topic_says_all_its_mistakes() {
    let found = messages(crate::topic::expand(
        tokens("key = \"id\", partitions = 3"),
        tokens("struct Orders<T> { of: T }"),
    ));
    let expected = [
        "without quotes",
        "unknown key `partitions`",
        "`name` is missing",
        "add `schema",
        "cannot be generic",
        "no fields",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found:?} does not say {expected:?}");
    }
}

#[test]
fn a_payload_says_all_its_mistakes() {
    let found = messages(crate::payload::expand(tokens(
        "#[payload(krate = a)] #[payload] union Order<'a> { a: &'a u8 }",
    )));
    let expected = [
        "in brackets",
        "unknown key `krate` (did you mean `crate`?)",
        "a union",
        "owns its data",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found:?} does not say {expected:?}");
    }
}

fn consumer(keys: &str, item: &str) -> Vec<String> {
    messages(crate::consumer::expand(tokens(keys), tokens(item)))
}

#[test]
fn a_consumer_says_all_its_mistakes_and_those_of_its_methods() {
    let found = consumer(
        "\"\", concurrency = 0, output_topic = \"a\", topics = \"orders\", retries = 7",
        "impl<T> Greets for Shop<T> {
            #[on_event] fn one(&mut self, order: &Order) {}
            #[on_event(\"two\", consumer = Shop)] async fn two() {}
        }",
    );
    let expected = [
        "`group_id` is empty",
        "`concurrency` is too small",
        "`output_topic` does not fit here",
        "`topics` is a list",
        "unknown key `retries` (did you mean `max_retries`?)",
        "not on the `impl` of a trait",
        "a consumer cannot be generic",
        "names no event",
        "takes `&self`",
        "write `async fn`",
        "take `Order` by value",
        "`consumer` does not fit here",
        "takes `&self`",
        "needs a payload",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found:?} does not say {expected:?}");
    }
}

#[test]
fn a_list_of_accepted_keys_has_no_refused_one() {
    let found = consumer("\"shop\", topic = \"a\", nonsense = 7", "struct Shop;");
    assert!(
        matches!(&found[..], [one] if one.contains("max_ahead") && !one.contains("batch_size")),
        "{found:?}"
    );
}

#[test]
fn methods_are_found_among_all_items_of_an_impl() {
    let item = "impl Shop {
        const A: usize = { 1 };
        const B: [u8; 2] = [1, 2];
        type C = u8;
        helper! { fn paid() {} }
        helper!(paid);
        pub(crate) const unsafe fn plain() {}
        #[on_event(\"paid\")] async fn paid(&self) {}
    }";
    let found = consumer("\"shop\", topic = \"a\"", item);
    assert!(
        matches!(&found[..], [one] if one.contains("needs a payload")),
        "{found:?}"
    );
}

#[test]
fn a_message_handler_says_all_its_mistakes() {
    let found = messages(crate::message_handler::expand(
        tokens("retry_backoff = \"linear\", retry_policy = PAYMENTS, retry_delay = \"soon\""),
        tokens("fn charge(&self, order: Order) {}"),
    ));
    let expected = [
        "`retry_backoff` does not fit here",
        "`retry_policy` does not fit here",
        "`retry_delay` is no duration",
        "a message handler is asynchronous",
        "a message handler cannot be a method",
        "write `#[message_handler(topic",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found:?} does not say {expected:?}");
    }
}
