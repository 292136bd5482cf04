//! `#[worker]` on `impl Worker for` a type.

mod check;
mod expand;
mod parse;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Type;

use crate::keys::Keys;
use crate::mistakes::or_errors;

/// What is known of a worker in class style that has no mistakes.
struct Class {
    keys: Keys,
    cfgs: TokenStream,
    worker: Type,
    name: TokenStream,
    topic: TokenStream,
    on_error: bool,
    on_success: bool,
    /// Where what is wrong with its `Input` and its `Output` is shown.
    input: Span,
    output: Span,
}

pub(super) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = parse::parse(attribute, item.clone());
    let beside = parsed.and_then(check::check).map(|class| expand::expand(&class));
    let beside = or_errors(beside);
    quote!(#item #beside)
}
