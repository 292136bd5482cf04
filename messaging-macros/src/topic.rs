//! `#[topic]`.

mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::keys::Keys;
use crate::mistakes::or_errors;

/// What is known of a topic that has no mistakes.
struct Topic {
    keys: Keys,
    cfgs: TokenStream,
    ident: Ident,
    name: TokenStream,
    schema: Option<TokenStream>,
    key: Option<TokenStream>,
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let topic = check::check(attribute, item.clone());
    let beside = or_errors(topic.map(|topic| expand::expand(&topic)));
    quote!(#item #beside)
}
