//! Names of topics, groups and workers. The runtime checks the ones that no literal shows.

use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, Lit, LitStr};

use super::{Value, Written};
use crate::mistakes::Mistakes;

const LONGEST: usize = 249;

/// What a name may be.
struct Rule {
    accepted: &'static str,
    allowed: &'static str,
    /// What of it a name breaks, if anything.
    mistake: fn(&str) -> Option<String>,
}

const PLAIN: &str = "1 to 249 letters, digits, '.', '_' and '-'";

/// A topic: its name, or a type with `#[topic]`.
pub(crate) fn topic_ref(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let accepted = "a text such as \"orders.created\", or a type with `#[topic]`";
    Rule {
        accepted,
        allowed: PLAIN,
        mistake: topic_mistake,
    }
    .read(key, input)
}

/// Topics, each as [`topic_ref`] takes it.
pub(crate) fn topic_refs(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let written = Written::parse(input)?;
    let Written::Expression(Expr::Array(list)) = &written else {
        let message = format!("`{key}` is a list: write `{key} = [\"orders\", \"payments\"]`");
        return Err(Error::new_spanned(&written, message));
    };
    if list.elems.is_empty() {
        let message = format!("`{key}` is empty: name at least one topic, such as `{key} = [\"orders\"]`");
        return Err(Error::new_spanned(&written, message));
    }
    let mut mistakes = Mistakes::default();
    let mut seen = Vec::new();
    for topic in &list.elems {
        let read = |input: ParseStream<'_>| topic_ref(key, input);
        mistakes.keep(read.parse2(topic.to_token_stream()));
        let text = topic.to_token_stream().to_string();
        if seen.contains(&text) {
            mistakes.at(topic, format!("{text} is in `{key}` twice: remove one"));
        }
        seen.push(text);
    }
    mistakes.none()?;
    Ok(Value::List(
        list.elems.iter().map(ToTokens::to_token_stream).collect(),
    ))
}

/// The name of a topic.
pub(crate) fn topic_name(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let accepted = "a text such as \"orders.created\"";
    Rule {
        accepted,
        allowed: PLAIN,
        mistake: topic_mistake,
    }
    .read(key, input)
}

/// The name of a worker; it becomes part of the default group and of environment variables.
pub(crate) fn worker_name(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    Rule {
        accepted: "a text such as \"charge\"",
        allowed: PLAIN,
        mistake,
    }
    .read(key, input)
}

/// The name of a group; Kafka takes anything but nothing.
pub(crate) fn group_id(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let mistake = |name: &str| name.is_empty().then(|| "is empty".to_owned());
    Rule {
        accepted: "a text such as \"billing\"",
        allowed: "any text",
        mistake,
    }
    .read(key, input)
}

impl Rule {
    fn read(&self, key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
        match Written::parse(input)? {
            Written::Literal(Lit::Str(name)) => self.check(key, &name),
            Written::Expression(expression) => Value::plain(expression),
            other => Err(Error::new_spanned(
                other,
                format!("`{key}` is no name: write {}", self.accepted),
            )),
        }
    }

    fn check(&self, key: &str, name: &LitStr) -> syn::Result<Value> {
        match (self.mistake)(&name.value()) {
            None => Value::plain(name),
            Some(why) => Err(Error::new(
                name.span(),
                format!("`{key}` {why}: use {}", self.allowed),
            )),
        }
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
