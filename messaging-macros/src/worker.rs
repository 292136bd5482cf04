//! `#[worker]`, on an async function or on `impl Worker for` a type.

mod check;
mod class;
mod expand;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Type};

use crate::keys::Keys;
use crate::mistakes::or_errors;

/// What is known of a worker that has no mistakes.
struct Worker {
    keys: Keys,
    cfgs: TokenStream,
    function: Ident,
    name: TokenStream,
    topic: TokenStream,
    input: Type,
    extractors: Vec<Type>,
    outcome: Type,
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    if parse::is_impl(item.clone()) {
        return class::expand(attribute, item);
    }
    let parsed = parse::parse(attribute, item.clone());
    let beside = parsed
        .and_then(check::check)
        .map(|worker| expand::expand(&worker));
    let beside = or_errors(beside);
    quote!(#item #beside)
}
