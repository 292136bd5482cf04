//! The mistakes of one item, collected so that the user sees all of them at once.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// All mistakes found so far.
#[derive(Default)]
pub(crate) struct Mistakes(Option<syn::Error>);

impl Mistakes {
    /// Adds one that stands at `tokens`.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    /// Adds one.
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            none => *none = Some(error),
        }
    }

    /// The value, or one more mistake.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// All mistakes, with one more.
    pub(crate) fn and(mut self, error: syn::Error) -> syn::Error {
        self.add(error.clone());
        self.0.unwrap_or(error)
    }

    /// `Err` with all mistakes, when there are any.
    pub(crate) fn none(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// What follows the user's item: the expansion, or one `compile_error!` per mistake.
pub(crate) fn or_errors(expansion: syn::Result<TokenStream>) -> TokenStream {
    expansion.unwrap_or_else(|error| error.to_compile_error())
}
