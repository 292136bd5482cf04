//! What a consumer by hand routes to: the registered handlers of its group, with the keys of their consumers.

use crate::app::Resolved;
use crate::check::{Problem, Problems};
use crate::error::{Error, Kind, Result};
use crate::nearest::did_you_mean;
use crate::registry;
use crate::settings::Settings;
use crate::spec::{ConsumerSpec, EventHandlerSpec, Keys, Place, WORKER_KEYS, WorkerKey};

/// A consumer with all handlers of the group's consumers, which reads no topic yet. What `keys` leave open is as those
/// consumers have it.
pub(super) fn consumer(group: &str, place: Place, keys: Keys, settings: &Settings) -> Result<ConsumerSpec> {
    let registered = registry::consumers();
    let of_group: Vec<&ConsumerSpec> = registered
        .iter()
        .filter(|consumer| group_of(consumer, settings) == group)
        .collect();
    let Some(first) = of_group.first() else {
        return Err(Kind::Usage(unknown(group, &registered, settings)).into());
    };
    let keys = common_keys(group, &keys, &of_group, settings)?;
    // One consumer stays itself, so that whoever knows it finds it in the log and sets it by its name.
    let name = if of_group.len() == 1 { first.name() } else { group };
    let consumer = ConsumerSpec::new(name, place).with_keys(keys).group_id(group);
    let is_named = |handler: &EventHandlerSpec| of_group.iter().any(|consumer| consumer.is_named_by(handler));
    let handlers = registry::event_handlers().into_iter().filter(is_named);
    Ok(handlers.fold(consumer, ConsumerSpec::on))
}

/// The group that it has in a program of these settings.
fn group_of(consumer: &ConsumerSpec, settings: &Settings) -> String {
    Resolved::new(consumer.subject(), settings).group
}

/// The keys that count for the handlers of all these consumers: what an operator says of them, what was given by hand,
/// and what their source says.
fn common_keys(group: &str, given: &Keys, consumers: &[&ConsumerSpec], settings: &Settings) -> Result<Keys> {
    let keys_of = |consumer: &ConsumerSpec| {
        let said = Keys::said_by_operators(consumer.name(), settings);
        said.or(given.clone()).or(consumer.subject().keys)
    };
    let (first, others) = (consumers[0], &consumers[1..]);
    let keys = keys_of(first);
    for other in others {
        let differing = differing(&keys, &keys_of(other));
        if !differing.is_empty() {
            return Err(in_two_ways(group, &differing, [first, other]));
        }
    }
    Ok(keys)
}

/// The names of the keys in which these differ.
fn differing(one: &Keys, other: &Keys) -> Vec<&'static str> {
    let (one, other) = (one.clone().decided(), other.clone().decided());
    let of_consumers = WORKER_KEYS.iter().filter(|key| key.of_consumers);
    // Both resolve to the same group, however they name it.
    let differ = |key: &&WorkerKey| key.name != "group_id" && (key.shown)(&one) != (key.shown)(&other);
    of_consumers.filter(differ).map(|key| key.name).collect()
}

fn in_two_ways(group: &str, keys: &[&'static str], consumers: [&ConsumerSpec; 2]) -> Error {
    let [one, other] = consumers;
    let what = format!(
        "a consumer by hand has the handlers of both \"{}\" and \"{}\" of the group \"{group}\", which differ in `{}`; make them equal, or say what counts, as with `.{}(…)`",
        one.name(),
        other.name(),
        keys.join("`, `"),
        keys[0]
    );
    let problem = Problem::new(what, [one.place(), other.place()]);
    Kind::Check(Problems::of(problem)).into()
}

fn unknown(group: &str, consumers: &[ConsumerSpec], settings: &Settings) -> String {
    let mut known: Vec<String> = consumers
        .iter()
        .map(|consumer| group_of(consumer, settings))
        .collect();
    known.sort_unstable();
    known.dedup();
    let near = did_you_mean(group, known.iter().map(String::as_str));
    let known = if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    };
    format!(
        "no event handlers are registered for the group \"{group}\" (known: {known}); give the consumer a `.handler(…)`, or write `#[consumer(\"{group}\", …)]`{near}"
    )
}
