//! Where generated tokens are shown to stand when they do not compile: at the user's token that they are about.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

/// The place of `tokens`, with the macro's own names in scope and not the user's.
pub(crate) fn shown_at(tokens: &impl ToTokens) -> Span {
    Span::mixed_site().located_at(tokens.span())
}

/// `&expression`, with the `&` at the expression too, so that an error covers all of it and nothing else.
pub(crate) fn borrowed(expression: &TokenStream) -> TokenStream {
    let and = quote_spanned!(expression.span()=> &);
    quote!(#and #expression)
}

/// `_` for the type of `expression`: what that type lacks is shown at it.
pub(crate) fn inferred(expression: &TokenStream) -> TokenStream {
    quote_spanned!(expression.span()=> _)
}
