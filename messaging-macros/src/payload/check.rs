//! Which types can be payloads, as far as their tokens show it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Meta};

use super::Payload;
use crate::cfgs::cfgs;
use crate::keys::{Keys, Slot};
use crate::mistakes::Mistakes;
use crate::value;

/// The accepted keys of `#[payload(…)]`.
const SLOTS: &[Slot] = &[Slot::own("crate", value::crate_path)];

/// # Errors
/// All mistakes of the item.
pub(super) fn check(item: DeriveInput) -> syn::Result<Payload> {
    let mut mistakes = Mistakes::default();
    let keys = Keys::parse(SLOTS, attribute_keys(&item.attrs, &mut mistakes), &mut mistakes);
    if let Data::Union(data) = &item.data {
        mistakes.at(
            data.union_token,
            "a union cannot be a payload: use a struct or an enum",
        );
    }
    for lifetime in item.generics.lifetimes() {
        mistakes.at(
            lifetime,
            "a payload owns its data: use owned types such as `String` and remove the lifetime",
        );
    }
    mistakes.none()?;
    Ok(Payload {
        keys,
        cfgs: cfgs(&item.attrs),
        ident: item.ident,
        generics: item.generics,
    })
}

/// What stands in all `#[payload(…)]` together.
fn attribute_keys(attributes: &[Attribute], mistakes: &mut Mistakes) -> TokenStream {
    let ours = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("payload"));
    let lists: Vec<TokenStream> = ours
        .filter_map(|attribute| keys_of(attribute, mistakes))
        .collect();
    quote!(#(#lists),*)
}

fn keys_of(attribute: &Attribute, mistakes: &mut Mistakes) -> Option<TokenStream> {
    match &attribute.meta {
        Meta::List(list) => Some(list.tokens.clone()),
        other => {
            mistakes.at(
                other,
                "`#[payload]` takes keys in brackets: write `#[payload(crate = my::messaging)]`",
            );
            None
        }
    }
}
