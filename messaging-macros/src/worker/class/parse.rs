//! From tokens to the keys and the `impl`, whatever they say.

use proc_macro2::TokenStream;
use syn::ItemImpl;

use crate::keys::Keys;
use crate::mistakes::Mistakes;
use crate::worker::parse::SLOTS;

/// What the user wrote.
pub(super) struct Written {
    pub(super) keys: Keys,
    pub(super) item: ItemImpl,
    pub(super) mistakes: Mistakes,
}

/// # Errors
/// The mistakes of the attribute and that the item cannot be read.
pub(super) fn parse(attribute: TokenStream, item: TokenStream) -> syn::Result<Written> {
    let mut mistakes = Mistakes::default();
    let keys = Keys::parse(SLOTS, attribute, &mut mistakes);
    match syn::parse2(item) {
        Ok(item) => Ok(Written { keys, item, mistakes }),
        Err(error) => Err(mistakes.and(error)),
    }
}
