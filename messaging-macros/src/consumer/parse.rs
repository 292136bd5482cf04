//! From tokens to the keys and the item, whatever they say.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Generics, Ident, Path, Signature, Token, Type, Visibility, WhereClause};

use crate::function::Wording;
use crate::keys::{Keys, Slot, with_first};
use crate::mistakes::Mistakes;
use crate::on_event::{Method, parse_methods};
use crate::value;
use crate::worker::{Dialect, SLOTS as WORKER_SLOTS};

const ONE_AT_A_TIME: &str =
    "a consumer handles one event at a time; remove it, or write a `#[worker]` that takes `Batch<_>`";

/// The accepted keys.
const SLOTS: &[Slot] = &[
    Slot::own("topics", value::topic_refs),
    Slot::own("topic", value::topic_ref),
    Slot::own("name", value::worker_name),
    Slot::call("group_id", value::group_id),
    Slot::call("concurrency", value::positive),
    Slot::call("order", value::order),
    Slot::call("max_retries", value::count),
    Slot::call("retry_backoff", value::retry_backoff),
    Slot::call("retry_delay", value::duration),
    Slot::call("retry_max_delay", value::duration),
    Slot::call("retry_jitter", value::share),
    Slot::call("retry_policy", value::retry_policy),
    Slot::call("timeout", value::positive_duration),
    Slot::call("dlq_topic", value::topic_ref),
    Slot::call("on_exhausted", value::on_exhausted),
    Slot::call("max_in_flight", value::positive),
    Slot::call("max_bytes", value::positive),
    Slot::call("max_ahead", value::positive),
    Slot::call("auto_offset_reset", value::auto_offset_reset),
    Slot::own("crate", value::crate_path),
    Slot::refused(
        "output_topic",
        "the events of a consumer have no common output; return a `Message<_>` that names its topic, or write a `#[worker]`",
    ),
    Slot::refused("batch_size", ONE_AT_A_TIME),
    Slot::refused("batch_timeout", ONE_AT_A_TIME),
    Slot::refused(
        "classify",
        "each handler has errors of its own; write `#[on_event(\"…\", classify = path)]`",
    ),
];

pub(super) const MISPLACED: &str =
    "`#[consumer]` cannot stand here: put it on an `impl`, on a struct, or on an async function";

/// On one async function it is a worker by another name.
pub(super) const FUNCTION: Dialect = Dialect {
    name: "consumer",
    wording: Wording {
        noun: "a consumer",
        payload: "order: Order",
        by_hand: "WorkerSpec::of",
        no_method: "`#[consumer]` cannot stand on a method: put it on the `impl`, and `#[on_event(\"…\")]` on the method",
        misplaced: MISPLACED,
        on_impl: MISPLACED,
    },
    slots: WORKER_SLOTS,
    first: Some("group_id"),
    unsaid: |_| TokenStream::new(),
};

/// What the attribute stands on.
pub(super) enum Kind {
    Impl,
    Struct,
    Function,
    /// Something else, which begins here.
    Other(Span),
}

pub(super) fn kind(item: TokenStream) -> Kind {
    let peek = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let unsafe_impl = input.peek(Token![unsafe]) && input.peek2(Token![impl]);
        let kind = match () {
            () if input.peek(Token![impl]) || unsafe_impl => Kind::Impl,
            () if input.peek(Token![struct]) => Kind::Struct,
            () if input.fork().parse::<Signature>().is_ok() => Kind::Function,
            () => Kind::Other(input.span()),
        };
        input.parse::<TokenStream>()?;
        Ok(kind)
    };
    peek.parse2(item)
        .unwrap_or_else(|error| Kind::Other(error.span()))
}

/// What the user wrote.
pub(super) struct Written {
    pub(super) keys: Keys,
    pub(super) attributes: Vec<Attribute>,
    pub(super) head: Head,
    /// Of an `impl`.
    pub(super) methods: Option<Vec<Method>>,
    pub(super) mistakes: Mistakes,
}

/// What stands before the braces.
pub(super) struct Head {
    pub(super) generics: Generics,
    /// The trait of an `impl`.
    pub(super) of_trait: Option<Path>,
    pub(super) owner: Type,
    /// Whether it is a struct without fields.
    pub(super) is_unit: bool,
}

/// # Errors
/// The mistakes of the attribute, and what cannot be read in the item.
pub(super) fn parse_impl(attribute: TokenStream, item: TokenStream) -> syn::Result<Written> {
    let (keys, mistakes) = keys(attribute);
    let mut body = TokenStream::new();
    let parse = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let head = impl_head(input)?;
        if let Some(TokenTree::Group(braces)) = input.parse::<TokenStream>()?.into_iter().last() {
            body = braces.stream();
        }
        Ok((attributes, head))
    };
    let (attributes, head) = match parse.parse2(item) {
        Ok(parsed) => parsed,
        Err(error) => return Err(mistakes.and(error)),
    };
    let krate = keys.tokens("crate");
    let methods = match parse_methods(body, krate.as_ref()) {
        Ok(methods) => methods,
        Err(error) => return Err(mistakes.and(error)),
    };
    Ok(Written {
        keys,
        attributes,
        head,
        methods: Some(methods),
        mistakes,
    })
}

fn impl_head(input: ParseStream<'_>) -> syn::Result<Head> {
    input.parse::<Option<Token![unsafe]>>()?;
    input.parse::<Token![impl]>()?;
    let generics = input.parse()?;
    let mut owner: Type = input.parse()?;
    let mut of_trait = None;
    if input.peek(Token![for]) {
        input.parse::<Token![for]>()?;
        if let Type::Path(path) = owner {
            of_trait = Some(path.path);
        }
        owner = input.parse()?;
    }
    input.parse::<Option<WhereClause>>()?;
    Ok(Head {
        generics,
        of_trait,
        owner,
        is_unit: false,
    })
}

/// # Errors
/// The mistakes of the attribute, and what cannot be read in the item.
pub(super) fn parse_struct(attribute: TokenStream, item: TokenStream) -> syn::Result<Written> {
    let (keys, mistakes) = keys(attribute);
    let parse = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let head = struct_head(input)?;
        input.parse::<TokenStream>()?;
        Ok((attributes, head))
    };
    match parse.parse2(item) {
        Ok((attributes, head)) => Ok(Written {
            keys,
            attributes,
            head,
            methods: None,
            mistakes,
        }),
        Err(error) => Err(mistakes.and(error)),
    }
}

fn struct_head(input: ParseStream<'_>) -> syn::Result<Head> {
    input.parse::<Token![struct]>()?;
    let ident: Ident = input.parse()?;
    let generics = input.parse()?;
    Ok(Head {
        generics,
        of_trait: None,
        owner: syn::parse_quote!(#ident),
        is_unit: input.peek(Token![;]),
    })
}

fn keys(attribute: TokenStream) -> (Keys, Mistakes) {
    let mut mistakes = Mistakes::default();
    let keys = Keys::parse(SLOTS, with_first("group_id", SLOTS, attribute), &mut mistakes);
    (keys, mistakes)
}
