//! The function with its body wrapped.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use super::Publisher;
use crate::spans::{borrowed, shown_at};

/// The same function; what its body answers is published on the way out. The `return` that is never reached tells the
/// compiler which type every other `return` and `?` of the body has: an async block cannot say it.
pub(super) fn expand(publisher: &Publisher) -> TokenStream {
    let Publisher {
        keys,
        head,
        outcome,
        body,
        ..
    } = publisher;
    let private = keys.private();
    let spec = spec(publisher);
    let publication = publication(publisher);
    let publish = keys
        .tokens("on_publish_error")
        .unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> publish_or_fail));
    quote_spanned! {Span::mixed_site()=>
        #head {
            const _: () = { #private::register! { PUBLISHERS: #spec } };
            let answer: #outcome = async move {
                if false {
                    return #private::no_answer::<#outcome>();
                }
                #body
            }
            .await;
            #private::#publish::<#outcome>(answer, #publication).await
        }
    }
}

fn spec(publisher: &Publisher) -> TokenStream {
    let Publisher {
        keys,
        function,
        topic,
        event,
        key,
        ..
    } = publisher;
    let private = keys.private();
    let name = LitStr::new(&function.unraw().to_string(), function.span());
    let event = event.as_ref().map(|name| quote!(.with_event(#name)));
    let key = key.as_ref().map(|field| {
        let field = field.to_string().replace(' ', "");
        quote!(.with_key(#field))
    });
    quote_spanned! {Span::mixed_site()=>
        #private::PublisherSpec::new(#name, #private::here!(), #topic) #event #key
    }
}

/// How the value is published. Its types are checked here, each at the token that is about it.
fn publication(publisher: &Publisher) -> TokenStream {
    let Publisher {
        keys,
        outcome,
        topic,
        event,
        ..
    } = publisher;
    let private = keys.private();
    let key = key(publisher);
    let made = match event {
        Some(name) => quote_spanned!(Span::mixed_site()=> event(#name, #topic)),
        None => quote_spanned!(Span::mixed_site()=> plain(#topic)),
    };
    quote_spanned!(Span::mixed_site()=> #private::Publication::<#outcome>::#made #key)
}

fn key(publisher: &Publisher) -> Option<TokenStream> {
    let field = publisher.key.as_ref()?;
    let private = publisher.keys.private();
    let value = Ident::new("value", shown_at(field));
    let borrowed = borrowed(&quote!(#value.#field));
    Some(quote_spanned!(Span::mixed_site()=> .key(|#value| #private::ToKey::to_key(#borrowed))))
}
