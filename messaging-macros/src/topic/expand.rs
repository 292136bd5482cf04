//! What stands beside the struct.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::Topic;
use crate::spans::{borrowed, shown_at};

/// The impl and the registration.
pub(super) fn expand(topic: &Topic) -> TokenStream {
    let Topic {
        keys,
        cfgs,
        ident,
        name,
        ..
    } = topic;
    let private = keys.private();
    let schema = schema(topic);
    let key = key(topic);
    let described = described(topic);
    quote_spanned! {Span::mixed_site()=>
        #cfgs
        impl #private::Topic for #ident {
            const NAME: &'static ::core::primitive::str = #name;
            #schema
            #key
        }
        #cfgs
        const _: () = {
            #private::register! { TOPICS: #private::TopicSpec::new(
                #name,
                #private::here!(),
            )
            #described }
        };
    }
}

/// It stands at the user's type, where a topic that is more visible than its schema is reported.
fn schema(topic: &Topic) -> TokenStream {
    let private = topic.keys.private();
    match &topic.schema {
        Some(schema) => quote_spanned!(shown_at(schema)=> type Schema = #schema;),
        None => quote_spanned!(Span::mixed_site()=> type Schema = #private::Any;),
    }
}

fn key(topic: &Topic) -> Option<TokenStream> {
    let field = topic.key.as_ref()?;
    let private = topic.keys.private();
    let value = Ident::new("value", shown_at(field));
    let borrowed = borrowed(&quote!(#value.#field));
    Some(quote_spanned! {Span::mixed_site()=>
        const HAS_KEY: ::core::primitive::bool = true;
        fn key(#value: &Self::Schema) -> ::core::option::Option<#private::KeyBytes> {
            #private::ToKey::to_key(#borrowed)
        }
    })
}

fn described(topic: &Topic) -> TokenStream {
    let private = topic.keys.private();
    let schema = topic
        .schema
        .as_ref()
        .map(|schema| quote_spanned!(Span::mixed_site()=> .schema(#private::schema_name::<#schema>())));
    let ident = &topic.ident;
    let read = topic
        .schema
        .as_ref()
        .map(|schema| quote_spanned!(Span::mixed_site()=> .read_by(#private::key_in::<#ident, #schema>)));
    let key = topic.key.as_ref().map(|field| {
        let field = field.to_string().replace(' ', "");
        quote_spanned!(Span::mixed_site()=> .key(#field))
    });
    quote_spanned!(Span::mixed_site()=> #schema #read #key)
}
