//! The impls that make a serde type a payload.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Generics, parse_quote};

use super::Payload;
use crate::spans::shown_at;

/// The tokens of the impls stand at the type's name: that is where a missing serde derive is to be shown.
pub(super) fn expand(payload: Payload) -> TokenStream {
    let Payload {
        keys,
        cfgs,
        ident,
        mut generics,
    } = payload;
    let span = shown_at(&ident);
    let private = keys.private_at(span);
    add_bounds(&mut generics, &private);
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let body = body(&private, span);
    quote_spanned! {span=>
        #cfgs
        impl #parameters #private::Payload for #ident #arguments #bounds { #body }
        #cfgs
        impl #parameters #private::Reads<Self> for #ident #arguments #bounds {}
        #cfgs
        impl #parameters #private::Writes<Self> for #ident #arguments #bounds {}
    }
}

fn body(private: &TokenStream, span: Span) -> TokenStream {
    quote_spanned! {span=>
        fn encode(&self, format: #private::Format, to: &mut #private::Buffer) -> ::core::result::Result<(), #private::EncodeError> {
            #private::encode_serde(self, format, to)
        }
        fn decode(format: #private::Format, from: &[::core::primitive::u8]) -> ::core::result::Result<Self, #private::DecodeError> {
            #private::decode_serde(format, from)
        }
        fn formats() -> &'static [#private::Format] {
            &[#private::Format::Json]
        }
    }
}

/// Of a generic type serde's impls may need bounds that only serde knows; without parameters there is nothing to ask.
fn add_bounds(generics: &mut Generics, private: &TokenStream) {
    if generics.params.is_empty() {
        return;
    }
    let bound = quote!(#private::Serialize + #private::DeserializeOwned + ::core::marker::Send + 'static);
    generics
        .make_where_clause()
        .predicates
        .push(parse_quote!(Self: #bound));
}
