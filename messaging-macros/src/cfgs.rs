//! The `#[cfg]` of an item, for what is emitted beside it: the one must not exist without the other.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

/// The `#[cfg]` attributes among `attributes`.
pub(crate) fn cfgs(attributes: &[Attribute]) -> TokenStream {
    let cfgs = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    quote!(#(#cfgs)*)
}
