//! `#[derive(Payload)]`.

mod check;
mod expand;

use proc_macro2::TokenStream;
use syn::{Generics, Ident};

use crate::keys::Keys;
use crate::mistakes::or_errors;

/// What is known of a payload that has no mistakes.
struct Payload {
    keys: Keys,
    cfgs: TokenStream,
    ident: Ident,
    generics: Generics,
}

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let payload = syn::parse2(item).and_then(check::check);
    or_errors(payload.map(expand::expand))
}
