//! All rules that the tokens alone can decide; the others are the traits' to decide.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Error, FnArg, Signature, Type};

use super::parse::Method;
use super::{Handler, Stands};
use crate::cfgs::cfgs;
use crate::function::{MOST_ARGUMENTS, Shape, Wording, Written};
use crate::keys::Keys;
use crate::mistakes::Mistakes;

pub(super) const WORDING: Wording = Wording {
    noun: "a handler of events",
    payload: "event: Event<UserCreated>",
    by_hand: "EventHandlerSpec::of",
    no_method: "`#[on_event]` on a method needs `#[consumer(\"group\", topics = [\"…\"])]` on the `impl` around it",
    misplaced: "`#[on_event]` cannot stand here: put it on an async function, or on a method of an `impl` with `#[consumer]`",
    on_impl: "`#[on_event]` cannot stand on an `impl`: write `#[consumer(\"group\", topics = [\"…\"])]` there, and `#[on_event(\"…\")]` on its methods",
};

/// # Errors
/// All mistakes of the item.
pub(super) fn check(written: Written) -> syn::Result<Handler> {
    let Written {
        keys,
        attributes,
        signature,
        mut mistakes,
    } = written;
    WORDING.check_free(&signature, &mut mistakes);
    let shape = WORDING.shape(&signature, MOST_ARGUMENTS, &mut mistakes);
    // The attribute itself is what is wrong: there is no other token to point at.
    const EXAMPLE: &str = "is missing: write `#[on_event(\"user.created\", consumer = UserEvents)]`";
    for key in ["event", "consumer"] {
        // A method has one mistake, which is not what it lacks.
        if keys.given(key).is_none() && signature.receiver().is_none() {
            mistakes.add(Error::new(Span::call_site(), format!("`{key}` {EXAMPLE}")));
        }
    }
    mistakes.none()?;
    Ok(handler(keys, &attributes, signature, shape, Stands::Free))
}

/// A method of the consumer `owner`.
///
/// # Errors
/// All mistakes of the method.
pub(crate) fn check_method(method: Method, owner: &TokenStream) -> syn::Result<Handler> {
    let Method { written, attribute } = method;
    let Written {
        keys,
        attributes,
        signature,
        mut mistakes,
    } = written;
    if keys.given("event").is_none() {
        let message = "it names no event: write `#[on_event(\"user.created\")]`";
        mistakes.at(attribute.path(), message);
    }
    check_receiver(&signature, &mut mistakes);
    WORDING.check_method(&signature, &mut mistakes);
    // The instance is an argument too.
    let shape = WORDING.shape(&signature, MOST_ARGUMENTS - 1, &mut mistakes);
    mistakes.none()?;
    let shape = shape.map(|shape| shape.of(owner));
    let stands = Stands::Method(attribute.span().start().line);
    let handler = handler(keys, &attributes, signature, shape, stands);
    Ok(Handler {
        consumer: owner.clone(),
        ..handler
    })
}

fn handler(
    keys: Keys,
    attributes: &[syn::Attribute],
    signature: Signature,
    shape: Option<Shape>,
    stands: Stands,
) -> Handler {
    let Some(shape) = shape else {
        unreachable!("that there is no argument is a mistake");
    };
    Handler {
        cfgs: cfgs(attributes),
        function: signature.ident,
        event: keys.tokens("event").unwrap_or_default(),
        consumer: keys.tokens("consumer").unwrap_or_default(),
        stands,
        shape,
        keys,
    }
}

/// One instance handles all events, several at a time.
fn check_receiver(signature: &Signature, mistakes: &mut Mistakes) {
    let message = "a handler of events takes `&self`: one instance handles all of them, several at a time";
    match signature.inputs.first() {
        Some(FnArg::Receiver(receiver)) if receiver.to_token_stream().to_string() == "& self" => {}
        Some(FnArg::Receiver(receiver)) => mistakes.at(receiver, message),
        _ => mistakes.at(
            &signature.ident,
            format!("{message}; for a free function write `#[on_event(\"…\", consumer = …)]` outside of the `impl`"),
        ),
    }
}

impl Shape {
    /// With `owner` for every `Self`.
    fn of(self, owner: &TokenStream) -> Shape {
        let with_owner = |mut named: Type| {
            let tokens = replaced(named.to_token_stream(), owner);
            // A type stays one when a name in it is another.
            if let Ok(parsed) = syn::parse2(tokens) {
                named = parsed;
            }
            named
        };
        Shape {
            input: with_owner(self.input),
            extractors: self.extractors.into_iter().map(with_owner).collect(),
            outcome: with_owner(self.outcome),
        }
    }
}

fn replaced(tokens: TokenStream, owner: &TokenStream) -> TokenStream {
    let each = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => owner.clone(),
        TokenTree::Group(group) => {
            let mut inner = proc_macro2::Group::new(group.delimiter(), replaced(group.stream(), owner));
            inner.set_span(group.span());
            TokenTree::Group(inner).into()
        }
        other => other.into(),
    });
    each.collect()
}
