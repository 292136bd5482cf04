//! From tokens to the keys and the signature, of a free function and of the methods of an `impl`.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Meta, Signature, Token, Visibility, braced};

use super::check::WORDING;
use crate::function::Written;
use crate::keys::{Keys, Slot, with_first};
use crate::mistakes::Mistakes;
use crate::value;

/// The accepted keys.
const SLOTS: &[Slot] = &[
    Slot::own("event", value::event_name),
    Slot::own("consumer", value::type_),
    Slot::own("classify", value::function),
    Slot::own("crate", value::crate_path),
];

/// Those of a method: it belongs to the consumer around it.
const METHOD_SLOTS: &[Slot] = &[
    Slot::own("event", value::event_name),
    Slot::refused(
        "consumer",
        "a method belongs to the consumer of its `impl`; remove it, or make the handler a free function",
    ),
    Slot::own("classify", value::function),
    Slot::own("crate", value::crate_path),
];

/// # Errors
/// The mistakes of the attribute and that the item is no function.
pub(super) fn parse(attribute: TokenStream, item: TokenStream) -> syn::Result<Written> {
    let mut mistakes = Mistakes::default();
    let keys = Keys::parse(SLOTS, with_first("event", SLOTS, attribute), &mut mistakes);
    WORDING.written(keys, mistakes, item)
}

/// A method that handles events.
pub(crate) struct Method {
    pub(super) written: Written,
    /// Its `#[on_event]`.
    pub(super) attribute: Attribute,
}

/// The methods among the items of an `impl` that carry `#[on_event]`. `krate` is what their consumer says of `crate`.
///
/// # Errors
/// Where the items cannot be told apart, which is the compiler's to say better.
pub(crate) fn parse_methods(items: TokenStream, krate: Option<&TokenStream>) -> syn::Result<Vec<Method>> {
    let methods = |input: ParseStream<'_>| {
        let mut methods = Vec::new();
        while !input.is_empty() {
            let mut attributes = input.call(Attribute::parse_outer)?;
            let signature = parse_item(input)?;
            let at = attributes.iter().position(is_on_event);
            if let Some((at, signature)) = at.zip(signature) {
                let attribute = attributes.remove(at);
                methods.push(method(attribute, attributes, signature, krate));
            }
        }
        Ok(methods)
    };
    methods.parse2(items)
}

/// Whether it is `#[on_event]`, by whatever path.
pub(crate) fn is_on_event(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|last| last.ident == "on_event")
}

/// One item of an `impl` after its attributes; its signature, when it is a function.
fn parse_item(input: ParseStream<'_>) -> syn::Result<Option<Signature>> {
    input.parse::<Visibility>()?;
    if input.fork().parse::<Signature>().is_ok() {
        let signature = input.parse()?;
        let body;
        braced!(body in input);
        body.parse::<TokenStream>()?;
        return Ok(Some(signature));
    }
    // A constant, a type, or a macro: it ends at `;` or with a block.
    while !input.is_empty() {
        let block = input.peek(syn::token::Brace);
        let end = input.peek(Token![;]);
        input.parse::<proc_macro2::TokenTree>()?;
        if end || block && !input.peek(Token![;]) {
            break;
        }
    }
    Ok(None)
}

fn method(
    attribute: Attribute,
    attributes: Vec<Attribute>,
    signature: Signature,
    krate: Option<&TokenStream>,
) -> Method {
    let mut mistakes = Mistakes::default();
    let given = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    let mut given = with_first("event", METHOD_SLOTS, given);
    if let Some(krate) = krate {
        let comma = (!given.is_empty()).then(|| quote::quote_spanned!(given.span()=> ,));
        given.extend(quote::quote!(#comma crate = #krate));
    }
    let keys = Keys::parse(METHOD_SLOTS, given, &mut mistakes);
    let written = Written {
        keys,
        attributes,
        signature,
        mistakes,
    };
    Method { written, attribute }
}
