//! All rules that the tokens alone can decide; the others are the traits' to decide.

use heck::ToSnakeCase;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Error, GenericParam, Ident, LitStr, Type};

use super::Consumer;
use super::parse::{Head, Written};
use crate::cfgs::cfgs;
use crate::keys::Keys;
use crate::mistakes::Mistakes;
use crate::on_event::{Handler, Method, check_method};
use crate::retry::check_retries;
use crate::value::Value;

/// # Errors
/// All mistakes of the item.
pub(super) fn check(written: Written) -> syn::Result<Consumer> {
    let Written {
        keys,
        attributes,
        head,
        methods,
        mut mistakes,
    } = written;
    check_head(&head, &mut mistakes);
    check_retries(&keys, &mut mistakes);
    let topics = check_topics(&keys, &mut mistakes);
    let name = check_name(&keys, &head.owner, &mut mistakes);
    let owner = head.owner.to_token_stream();
    let handlers = methods.map(|methods| check_methods(methods, &owner, &mut mistakes));
    mistakes.none()?;
    Ok(Consumer {
        keys,
        cfgs: cfgs(&attributes),
        owner,
        is_unit: head.is_unit,
        name,
        topics,
        handlers,
    })
}

fn check_head(head: &Head, mistakes: &mut Mistakes) {
    if let Some(of_trait) = &head.of_trait {
        let owner = head.owner.to_token_stream();
        let message = format!(
            "`#[consumer]` stands on `impl {owner}`, not on the `impl` of a trait: move it, and its methods"
        );
        mistakes.at(of_trait, message);
    }
    for parameter in &head.generics.params {
        let message = match parameter {
            GenericParam::Lifetime(_) => "a consumer cannot have lifetimes: let the type own what it needs",
            _ => {
                "a consumer cannot be generic: write one for each type, or make each with `ConsumerSpec::of`"
            }
        };
        mistakes.at(parameter, message);
    }
}

fn check_topics(keys: &Keys, mistakes: &mut Mistakes) -> Vec<TokenStream> {
    match (keys.given("topics"), keys.given("topic")) {
        (Some(_), Some(topic)) => {
            mistakes.at(
                topic,
                "`topic` and `topics` are both given: put all of them into `topics`",
            );
        }
        (None, None) => {
            // The attribute itself is what is wrong: there is no other token to point at.
            let message =
                "`topics` is missing: write `#[consumer(\"group\", topics = [\"orders\", \"payments\"])]`";
            mistakes.add(Error::new(Span::call_site(), message));
        }
        _ => {}
    }
    match keys.value("topics") {
        Some(Value::List(topics)) => topics.clone(),
        _ => keys.tokens("topic").into_iter().collect(),
    }
}

fn check_name(keys: &Keys, owner: &Type, mistakes: &mut Mistakes) -> TokenStream {
    if keys.given("name").is_some() {
        return keys.tokens("name").unwrap_or_default();
    }
    let name = last_ident(owner).map(|ident| ident.unraw().to_string().to_snake_case());
    let name = name.unwrap_or_default();
    if name.is_empty() || !name.is_ascii() {
        let message = "a consumer's name is ASCII, and made from the type's: add `name = \"…\"`";
        mistakes.at(owner, message);
    }
    LitStr::new(&name, owner.span()).into_token_stream()
}

fn last_ident(owner: &Type) -> Option<&Ident> {
    match owner {
        Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        Type::Group(group) => last_ident(&group.elem),
        Type::Paren(inner) => last_ident(&inner.elem),
        _ => None,
    }
}

fn check_methods(methods: Vec<Method>, owner: &TokenStream, mistakes: &mut Mistakes) -> Vec<Handler> {
    if methods.is_empty() {
        let message = "no method handles an event: write `#[on_event(\"user.created\")]` on those that do, or put `#[consumer]` on the struct when all handlers are free functions";
        mistakes.at(owner, message);
    }
    let checked = methods.into_iter().map(|method| check_method(method, owner));
    let handlers: Vec<Handler> = checked.filter_map(|handler| mistakes.keep(handler)).collect();
    check_events(&handlers, mistakes);
    handlers
}

/// Names that are no literals are compared by the start-up check.
fn check_events(handlers: &[Handler], mistakes: &mut Mistakes) {
    let mut seen = Vec::new();
    for handler in handlers {
        let event = handler.event().to_string();
        if seen.contains(&event) && handler.is_everywhere() {
            let message = format!("event {event} has a handler already: keep one of them");
            mistakes.at(handler.event(), message);
        }
        if handler.is_everywhere() {
            seen.push(event);
        }
    }
}
