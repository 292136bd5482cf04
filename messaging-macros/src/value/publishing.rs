//! The values of `#[producer]` and `#[event]`.

use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{Error, Expr, Lit, LitStr};

use super::{Value, Written, is_field};
use crate::keys::did_you_mean;

/// What becomes of an error of publishing, and the function of the runtime that does it.
const ON_PUBLISH_ERROR: &[(&str, &str)] = &[("fail", "or_fail"), ("log", "or_log")];

/// The name of an event: text that is not empty, or a const.
pub(crate) fn event_name(what: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    match Written::parse(input)? {
        Written::Literal(Lit::Str(name)) if name.value().trim().is_empty() => Err(Error::new(
            name.span(),
            format!("{what} is empty: write what happened, such as \"order.created\""),
        )),
        Written::Literal(Lit::Str(name)) => Value::plain(name),
        Written::Expression(expression) => Value::plain(expression),
        other => Err(Error::new_spanned(
            other,
            format!("{what} is a text such as \"order.created\""),
        )),
    }
}

/// A field of what a function returns, or a field of a field.
pub(crate) fn field_of_value(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let field = Written::parse(input)?;
    match &field {
        Written::Expression(chain) if is_field(chain) => Value::plain(chain),
        _ => Err(Error::new_spanned(field, no_field(key))),
    }
}

/// The same, also in quotes, as the Python documents have it.
pub(crate) fn field_or_its_name(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    if !input.peek(LitStr) {
        return field_of_value(key, input);
    }
    let name: LitStr = input.parse()?;
    match name.parse::<Expr>() {
        Ok(chain) if is_field(&chain) => Value::plain(chain),
        _ => Err(Error::new(name.span(), no_field(key))),
    }
}

fn no_field(key: &str) -> String {
    format!("`{key}` is a field of what is published: write `{key} = order_id`, without quotes")
}

/// What becomes of an error of publishing.
pub(crate) fn on_publish_error(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let words: Vec<&str> = ON_PUBLISH_ERROR.iter().map(|(word, _)| *word).collect();
    let accepted = words
        .iter()
        .map(|word| format!("\"{word}\""))
        .collect::<Vec<_>>()
        .join(", ");
    match Written::parse(input)? {
        Written::Literal(Lit::Str(word)) => {
            let given = word.value();
            let found = ON_PUBLISH_ERROR.iter().find(|(accepted, _)| *accepted == given);
            let hint = did_you_mean(&given, &words);
            let unknown = || {
                Error::new(
                    word.span(),
                    format!("unknown `{key}` \"{given}\"{hint}: use {accepted}"),
                )
            };
            let (_, function) = found.ok_or_else(unknown)?;
            Value::plain(Ident::new(function, Span::mixed_site()))
        }
        other => Err(Error::new_spanned(
            other,
            format!("`{key}` is a word: use {accepted}"),
        )),
    }
}
