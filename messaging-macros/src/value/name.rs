//! Names of topics, groups and workers. The runtime checks the ones that no literal shows.

use syn::parse::ParseStream;
use syn::{Error, Lit, LitStr};

use super::{Value, Written};

const LONGEST: usize = 249;

/// A topic: its name, or a type with `#[topic]`.
pub(crate) fn topic_ref(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    read(
        key,
        input,
        "a text such as \"orders.created\", or a type with `#[topic]`",
        topic_mistake,
    )
}

/// The name of a topic.
pub(crate) fn topic_name(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    read(key, input, "a text such as \"orders.created\"", topic_mistake)
}

/// The name of a worker; it becomes part of the default group and of environment variables.
pub(crate) fn worker_name(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    read(key, input, "a text such as \"charge\"", mistake)
}

/// The name of a group; Kafka takes anything but nothing.
pub(crate) fn group_id(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    read(key, input, "a text such as \"billing\"", |name| {
        name.is_empty().then(|| "is empty".to_owned())
    })
}

fn read(
    key: &str,
    input: ParseStream<'_>,
    accepted: &str,
    mistake: fn(&str) -> Option<String>,
) -> syn::Result<Value> {
    match Written::parse(input)? {
        Written::Literal(Lit::Str(name)) => checked(key, &name, mistake),
        Written::Expression(expression) => Value::plain(expression),
        other => Err(Error::new_spanned(
            other,
            format!("`{key}` is no name: write {accepted}"),
        )),
    }
}

fn checked(key: &str, name: &LitStr, mistake: fn(&str) -> Option<String>) -> syn::Result<Value> {
    match mistake(&name.value()) {
        None => Value::plain(name),
        Some(why) => Err(Error::new(
            name.span(),
            format!("`{key}` {why}: use 1 to {LONGEST} letters, digits, '.', '_' and '-'"),
        )),
    }
}

fn topic_mistake(name: &str) -> Option<String> {
    let folder = matches!(name, "." | "..").then(|| format!("cannot be \"{name}\""));
    folder.or_else(|| mistake(name))
}

/// Kafka's rule for topics, which is ours for workers too.
fn mistake(name: &str) -> Option<String> {
    let refused = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    match name.chars().find(refused) {
        Some(character) => Some(format!("has {character:?} in it")),
        None if name.is_empty() => Some("is empty".into()),
        None if name.len() > LONGEST => Some(format!("has {} characters", name.len())),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_follow_kafkas_rule() {
        for good in ["orders.created_v-1", "a", "...", &"a".repeat(LONGEST)] {
            assert_eq!(topic_mistake(good), None);
        }
        for bad in ["", ".", "..", "orders created", "é", &"a".repeat(LONGEST + 1)] {
            assert!(topic_mistake(bad).is_some(), "{bad:?} was taken");
        }
    }
}
