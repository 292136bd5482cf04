//! `#[on_event]`, on a free function or on a method of a consumer's `impl`.

mod check;
mod expand;
mod parse;

pub(crate) use check::check_method;
pub(crate) use expand::expand as expand_handler;
pub(crate) use parse::{Method, is_on_event, parse_methods};

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::function::Shape;
use crate::keys::Keys;
use crate::mistakes::or_errors;

/// What is known of a handler that has no mistakes.
pub(crate) struct Handler {
    keys: Keys,
    cfgs: TokenStream,
    function: Ident,
    event: TokenStream,
    /// The type it belongs to.
    consumer: TokenStream,
    stands: Stands,
    shape: Shape,
}

/// Where a handler stands.
enum Stands {
    Free,
    /// In the consumer's `impl`, at this line of the file.
    Method(usize),
}

impl Handler {
    /// How it names its event.
    pub(crate) fn event(&self) -> &TokenStream {
        &self.event
    }

    /// Whether no `#[cfg]` may take it away.
    pub(crate) fn is_everywhere(&self) -> bool {
        self.cfgs.is_empty()
    }
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = parse::parse(attribute, item.clone());
    let beside = parsed
        .and_then(check::check)
        .map(|handler| expand::expand(&handler));
    let beside = or_errors(beside);
    quote!(#item #beside)
}
