//! All rules that the tokens alone can decide; the others are the traits' to decide.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Error, ReturnType, Signature, Type, parse_quote};

use super::parse::{Function, Written};
use super::{Kind, Publisher};
use crate::keys::Keys;
use crate::mistakes::Mistakes;
use crate::value::Value;

/// # Errors
/// All mistakes of the item.
pub(super) fn check(written: Written) -> syn::Result<Publisher> {
    let Written {
        kind,
        keys,
        event,
        function: Function {
            head,
            signature,
            body,
        },
        mut mistakes,
    } = written;
    check_async(kind, &signature, &mut mistakes);
    let outcome = check_outcome(kind, &signature, &mut mistakes);
    let body = check_body(body, &signature, &mut mistakes);
    check_missing(kind, &keys, event.as_ref(), &mut mistakes);
    let key = check_key(&keys, &mut mistakes);
    mistakes.none()?;

    Ok(Publisher {
        head,
        function: signature.ident,
        outcome,
        body,
        topic: keys.tokens("topic").unwrap_or_default(),
        event: event.map(|name| name.tokens(&keys.private())),
        key,
        keys,
    })
}

fn check_async(kind: Kind, signature: &Signature, mistakes: &mut Mistakes) {
    if signature.asyncness.is_none() {
        let message = format!(
            "`{}` publishes before it returns, which takes an await: write `async fn`",
            kind.attribute()
        );
        mistakes.at(signature.fn_token, message);
    }
}

fn check_body(body: Option<Group>, signature: &Signature, mistakes: &mut Mistakes) -> Group {
    body.unwrap_or_else(|| {
        let message = "only a function with a body publishes: put the attribute on the method in the `impl`";
        mistakes.at(&signature.ident, message);
        Group::new(Delimiter::Brace, TokenStream::new())
    })
}

fn check_outcome(kind: Kind, signature: &Signature, mistakes: &mut Mistakes) -> Type {
    let ReturnType::Type(_, outcome) = &signature.output else {
        let message = format!(
            "`{}` publishes what the function returns, and it returns nothing: add `-> Result<Order, Error>`",
            kind.attribute()
        );
        mistakes.at(&signature.ident, message);
        return parse_quote!(());
    };
    if has_impl(outcome.to_token_stream()) {
        let message = "what is published has a name: write the type itself instead of `impl Trait`";
        mistakes.at(outcome, message);
    }
    (**outcome).clone()
}

fn has_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "impl",
        TokenTree::Group(group) => has_impl(group.stream()),
        _ => false,
    })
}

fn check_missing(kind: Kind, keys: &Keys, event: Option<&Value>, mistakes: &mut Mistakes) {
    let no_name = kind == Kind::Event && event.is_none();
    let no_topic = keys.given("topic").is_none();
    let missing = [(no_name, "the event's name"), (no_topic, "`topic`")];
    for (_, what) in missing.iter().filter(|(missing, _)| *missing) {
        // The attribute itself is what is wrong: there is no other token to point at.
        let message = format!("{what} is missing: write `{}`", kind.example());
        mistakes.add(Error::new(Span::call_site(), message));
    }
}

/// `key_field` is what `key` was called in the Python documents.
fn check_key(keys: &Keys, mistakes: &mut Mistakes) -> Option<TokenStream> {
    if let (Some(_), Some(second)) = (keys.given("key"), keys.given("key_field")) {
        mistakes.at(
            second,
            "`key_field` is another word for `key`, which is given: remove one",
        );
    }
    keys.tokens("key").or_else(|| keys.tokens("key_field"))
}
