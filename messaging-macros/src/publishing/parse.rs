//! From tokens to the keys and the function, whatever they say.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Signature, Token, Visibility};

use super::Kind;
use crate::keys::{Keys, Slot};
use crate::mistakes::Mistakes;
use crate::value::{self, Value};

/// The accepted keys of `#[producer]`.
const PRODUCER: &[Slot] = &[
    Slot::own("topic", value::topic_ref),
    Slot::own("key", value::field_of_value),
    Slot::own("on_publish_error", value::on_publish_error),
    Slot::own("crate", value::crate_path),
];

/// The accepted keys of `#[event]`, behind its name.
const EVENT: &[Slot] = &[
    Slot::own("topic", value::topic_ref),
    Slot::own("key", value::field_of_value),
    Slot::own("key_field", value::field_or_its_name),
    Slot::own("on_publish_error", value::on_publish_error),
    Slot::own("crate", value::crate_path),
];

/// What the user wrote.
pub(super) struct Written {
    pub(super) kind: Kind,
    pub(super) keys: Keys,
    pub(super) event: Option<Value>,
    pub(super) function: Function,
    pub(super) mistakes: Mistakes,
}

/// A function whose body is not read: what is wrong in it is the compiler's to say.
pub(super) struct Function {
    pub(super) head: TokenStream,
    pub(super) signature: Signature,
    /// `None`: it is only declared.
    pub(super) body: Option<Group>,
}

/// # Errors
/// The mistakes of the attribute and that the item is no function.
pub(super) fn parse(kind: Kind, attribute: TokenStream, item: TokenStream) -> syn::Result<Written> {
    let mut mistakes = Mistakes::default();
    let (event, rest) = match kind {
        Kind::Producer => (None, attribute),
        Kind::Event => name_and_rest(attribute, &mut mistakes),
    };
    let table = match kind {
        Kind::Producer => PRODUCER,
        Kind::Event => EVENT,
    };
    let keys = Keys::parse(table, rest, &mut mistakes);
    match function(kind, item) {
        Ok(function) => Ok(Written {
            kind,
            keys,
            event,
            function,
            mistakes,
        }),
        Err(error) => Err(mistakes.and(error)),
    }
}

/// The event's name, when the attribute begins with one, and what follows it.
fn name_and_rest(attribute: TokenStream, mistakes: &mut Mistakes) -> (Option<Value>, TokenStream) {
    let split = |input: ParseStream<'_>| {
        if input.is_empty() || begins_with_key(input) {
            return Ok((None, input.parse::<TokenStream>()?));
        }
        let name = value::event_name("the event's name", input);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok((Some(name), input.parse::<TokenStream>()?))
    };
    match split.parse2(attribute) {
        Ok((None, rest)) => (None, rest),
        Ok((Some(name), rest)) => {
            // A name with a mistake was given all the same; nobody has to add one.
            let name = mistakes.keep(name).unwrap_or_else(Value::nothing);
            (Some(name), rest)
        }
        Err(error) => {
            mistakes.add(error);
            (Some(Value::nothing()), TokenStream::new())
        }
    }
}

fn begins_with_key(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    Ident::parse_any(&ahead).is_ok() && ahead.peek(Token![=]) && !ahead.peek(Token![==])
}

fn function(kind: Kind, item: TokenStream) -> syn::Result<Function> {
    let signature = |input: ParseStream<'_>| signature(kind, input);
    let signature = signature.parse2(item.clone())?;
    let mut head: Vec<TokenTree> = item.into_iter().collect();
    let body = match head.pop() {
        Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => Some(body),
        _ => None,
    };
    Ok(Function {
        head: head.into_iter().collect(),
        signature,
        body,
    })
}

fn signature(kind: Kind, input: ParseStream<'_>) -> syn::Result<Signature> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    let start = input.span();
    let on_impl = input.peek(Token![impl]) || input.peek(Token![unsafe]) && input.peek2(Token![impl]);
    let signature = input
        .parse::<Signature>()
        .map_err(|_| Error::new(start, misplaced(kind, on_impl)))?;
    input.parse::<TokenStream>()?;
    Ok(signature)
}

fn misplaced(kind: Kind, on_impl: bool) -> String {
    let attribute = kind.attribute();
    if on_impl {
        format!("`{attribute}` cannot stand on an `impl`: put it on each method that publishes")
    } else {
        format!("`{attribute}` cannot stand here: put it on an async function or method")
    }
}
