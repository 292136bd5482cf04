//! Whether consumers and the handlers of their events fit together.

use std::collections::BTreeSet;

use super::Problem;
use crate::consumer::Gathered;
use crate::spec::{EventHandlerSpec, Place};

/// Everything that does not fit between these consumers and the handlers that name one.
pub(crate) fn problems(consumers: &[Gathered<'_>], registered: &[EventHandlerSpec]) -> Vec<Problem> {
    let strays = registered.iter().filter(|handler| {
        let owner = consumers
            .iter()
            .find(|consumer| consumer.spec.is_named_by(handler));
        owner.is_none()
    });
    let mut problems: Vec<Problem> = strays.map(stray).collect();
    for consumer in consumers {
        problems.extend(without_topics(consumer));
        problems.extend(topics_twice(consumer));
        problems.extend(without_handlers(consumer));
        problems.extend(nameless(consumer));
        problems.extend(events_twice(consumer));
    }
    problems
}

fn problem_of(consumer: &Gathered<'_>, what: &str) -> Problem {
    let name = consumer.spec.name();
    Problem::new(format!("consumer \"{name}\" {what}"), [consumer.spec.place()])
}

fn stray(handler: &EventHandlerSpec) -> Problem {
    let (name, event) = (handler.name(), handler.event());
    let consumer = handler.consumer_type_name().unwrap_or("no consumer");
    let what = format!(
        "handler \"{name}\" of event \"{event}\" is for `{consumer}`, and no consumer of that type is in this App; write `#[consumer(\"group\", topics = [\"…\"])]` on the type, and `messaging::anchor!(…)` when its crate is named nowhere"
    );
    Problem::new(what, [handler.place()])
}

fn without_topics(consumer: &Gathered<'_>) -> Option<Problem> {
    let what = "reads no topic; add one with `topics = [\"…\"]` or `.topic(\"…\")`";
    consumer
        .spec
        .topics()
        .is_empty()
        .then(|| problem_of(consumer, what))
}

fn topics_twice(consumer: &Gathered<'_>) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let again = consumer.spec.topics().iter().filter(|topic| !seen.insert(*topic));
    let again: BTreeSet<&String> = again.collect();
    let what = |topic: &String| format!("names topic \"{topic}\" more than once; remove one of them");
    again
        .into_iter()
        .map(|topic| problem_of(consumer, &what(topic)))
        .collect()
}

fn without_handlers(consumer: &Gathered<'_>) -> Option<Problem> {
    let what = match consumer.spec.type_name() {
        None => "handles no event; add a handler with `.on(EventHandlerSpec::of(\"…\", handler))`".to_owned(),
        Some(of) => format!(
            "handles no event; write `#[on_event(\"…\")]` on a method of its `impl`, or `#[on_event(\"…\", consumer = {of})]` on an async function, and `messaging::anchor!(…)` for a crate of handlers that is named nowhere"
        ),
    };
    consumer.handlers.is_empty().then(|| problem_of(consumer, &what))
}

fn nameless(consumer: &Gathered<'_>) -> Vec<Problem> {
    let nameless = consumer
        .handlers
        .iter()
        .filter(|handler| handler.event().is_empty());
    let problem = |handler: &&EventHandlerSpec| {
        let what = format!("handler \"{}\" is for an event without a name", handler.name());
        Problem::new(what, [handler.place()])
    };
    nameless.map(problem).collect()
}

/// They are sorted by their events.
fn events_twice(consumer: &Gathered<'_>) -> Vec<Problem> {
    let same = consumer
        .handlers
        .chunk_by(|one, next| one.event() == next.event());
    let problem = |handlers: &[&EventHandlerSpec]| {
        let names: Vec<String> = handlers
            .iter()
            .map(|handler| format!("\"{}\"", handler.name()))
            .collect();
        let what = format!(
            "consumer \"{}\" has {} handlers of event \"{}\", {}; keep one of them, or give one its own consumer",
            consumer.spec.name(),
            handlers.len(),
            handlers[0].event(),
            names.join(" and ")
        );
        let places: Vec<Place> = handlers.iter().map(|handler| handler.place()).collect();
        Problem::new(what, places)
    };
    same.filter(|handlers| handlers.len() > 1).map(problem).collect()
}
