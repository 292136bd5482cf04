//! What the check says of consumers that are written by hand.

use messaging::broker::memory::MemoryBroker;
use messaging::check::Problems;
use messaging::extract::Instance;
use messaging::{App, ConsumerSpec, EventHandlerSpec, State, WorkerSpec};

use crate::support::*;

async fn one(_: String) {}
async fn two(_: String, _: State<i8>) {}

fn on(event: &str) -> EventHandlerSpec {
    EventHandlerSpec::of(event, one)
}

fn problems(app: App) -> Vec<String> {
    let error = app.check().unwrap_err();
    let problems = std::error::Error::source(&error)
        .unwrap()
        .downcast_ref::<Problems>()
        .unwrap();
    problems.iter().map(ToString::to_string).collect()
}

fn of(spec: ConsumerSpec) -> Vec<String> {
    problems(app_on(&MemoryBroker::new()).consumer(spec))
}

#[test]
fn two_handlers_of_one_event_are_named_with_both_places() {
    let spec = ConsumerSpec::of("shop", ["orders"])
        .on(on("n"))
        .on(EventHandlerSpec::of("n", two))
        .on(on("m"));
    let problems = of(spec);
    let said = "consumer \"shop\" has 2 handlers of event \"n\", \"one\" and \"two\"; keep one of them, or give one its own consumer (";
    assert!(problems[1].starts_with(said), "{problems:?}");
    assert_eq!(problems[1].matches("events_fit.rs:").count(), 2, "{problems:?}");
    assert!(
        problems[0].starts_with("handler \"two\" of event \"n\": no state of type `i8`"),
        "{problems:?}"
    );
    assert_eq!(problems.len(), 2);
}

#[test]
fn a_consumer_has_topics_each_once_and_handlers() {
    let none: [&str; 0] = [];
    let said = of(ConsumerSpec::of("shop", none));
    assert!(
        said[0].starts_with("consumer \"shop\" reads no topic; add one"),
        "{said:?}"
    );
    assert!(
        said[1].starts_with("consumer \"shop\" handles no event; add a handler with `.on("),
        "{said:?}"
    );
    let said = of(ConsumerSpec::of("shop", ["a", "b", "a"]).on(on("n")));
    assert!(
        matches!(&said[..], [one] if one.starts_with("consumer \"shop\" names topic \"a\" more than once")),
        "{said:?}"
    );
    let said = of(ConsumerSpec::of("shop", ["a"]).on(on("")));
    assert!(
        matches!(&said[..], [one] if one.starts_with("handler \"one\" is for an event without a name")),
        "{said:?}"
    );
    let said = of(ConsumerSpec::of("shop", ["a b"]).on(on("n")).concurrency(0));
    assert!(
        said[0].starts_with("consumer \"shop\": a topic name \"a b\" has ' '"),
        "{said:?}"
    );
    assert!(
        said[1].starts_with("consumer \"shop\" has `concurrency` = 0"),
        "{said:?}"
    );
}

#[test]
fn a_topic_has_one_reader_in_a_group() {
    let consumer = |name: &str| {
        ConsumerSpec::of("shop", ["orders", "payments"])
            .named(name)
            .on(on("n"))
    };
    let app = app_on(&MemoryBroker::new()).consumer(consumer("a"));
    let said = problems(app.worker(WorkerSpec::of("w", "payments", one).group_id("shop")));
    let expected = "workers and consumers \"w\" and \"a\" handle topic \"payments\" in one group, \"shop\"";
    assert!(
        matches!(&said[..], [one] if one.starts_with(expected)),
        "{said:?}"
    );
    let app = app_on(&MemoryBroker::new())
        .consumer(consumer("a"))
        .consumer(consumer("a"));
    let said = problems(app);
    assert!(said[0].starts_with("2 consumers are named \"a\""), "{said:?}");
    assert!(
        said[1].starts_with("consumers \"a\" and \"a\" handle topic \"orders\""),
        "{said:?}"
    );
    assert_eq!(said.len(), 3);
}

#[test]
fn a_consumer_does_not_read_its_own_dead_letters() {
    let said = of(ConsumerSpec::of("shop", ["orders", "orders.dlq"]).on(on("n")));
    let expected = "consumer \"shop\" would read its own dead letters from \"orders.dlq\", for ever";
    assert!(
        matches!(&said[..], [one] if one.starts_with(expected)),
        "{said:?}"
    );
}

#[test]
fn an_instance_is_given_or_has_a_default() {
    struct Shop;
    let handler = || EventHandlerSpec::of("n", |_: String, _: Instance<Shop>| async {});
    let spec = |handler| ConsumerSpec::of("shop", ["orders"]).on(handler);
    let said = of(spec(handler()));
    assert!(
        said[0].contains("there is no instance of") && said[0].contains("Shop"),
        "{said:?}"
    );
    let app = || app_on(&MemoryBroker::new());
    app().state(Shop).consumer(spec(handler())).check().unwrap();
    app()
        .consumer(spec(handler().default_instance(Some(|| Shop))))
        .check()
        .unwrap();
}

#[test]
fn what_is_expected_and_missing_is_told() {
    let app = || {
        let spec = ConsumerSpec::of("shop", ["orders"]).named("till").on(on("paid"));
        app_on(&MemoryBroker::new()).consumer(spec)
    };
    app()
        .expect_workers(["till"])
        .expect_events("shop", ["paid"])
        .check()
        .unwrap();
    let app = app()
        .expect_workers(["till", "charge"])
        .expect_packages(["pay-ments"]);
    let said = problems(
        app.expect_events("shop", ["paid", "lost"])
            .expect_events("other", ["paid"]),
    );
    let expected = [
        "nothing of the package \"pay-ments\" is registered; when the program names its crate nowhere, write `messaging::anchor!(pay_ments);` (",
        "the worker \"charge\" is expected and not registered;",
        "the event \"lost\" is expected in group \"shop\" and has no handler there;",
        "the event \"paid\" is expected in group \"other\" and has no handler there;",
    ];
    assert_eq!(said.len(), expected.len(), "{said:?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(
            said.starts_with(expected) && said.contains("events_fit.rs:"),
            "{said}"
        );
    }
}
