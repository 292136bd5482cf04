//! The function with its body wrapped.

use proc_macro2::{Group, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use super::Publisher;
use crate::spans::{borrowed, inferred, shown_at};

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
    let body = more_than_one_value(body);
    let (private, at_outcome) = (keys.private(), shown_at(outcome));
    let private_at_outcome = keys.private_at(at_outcome);
    let (spec, send) = (spec(publisher), send(publisher));
    let finish = keys
        .tokens("on_publish_error")
        .unwrap_or_else(|| quote_spanned!(at_outcome=> or_fail));
    let typed = quote_spanned!(at_outcome=> return #private_at_outcome::no_answer::<#outcome>(););
    let finished = quote_spanned!(at_outcome=> #private_at_outcome::#finish::<#outcome>(answer, sent));
    quote_spanned! {Span::mixed_site()=>
        #head {
            const _: () = { #private::register! { PUBLISHERS: #spec } };
            let answer: #outcome = async move {
                if false {
                    #typed
                }
                #body
            }
            .await;
            let sent = #send.await;
            #finished
        }
    }
}

/// The body with an item before all else. A body of one value would be the value of a block, whose braces the compiler
/// then wants removed, although they are the function's.
fn more_than_one_value(body: &Group) -> Group {
    let written = body.stream();
    let item = quote_spanned!(Span::mixed_site()=> const _: () = (););
    let mut longer = Group::new(body.delimiter(), quote!(#item #written));
    longer.set_span(body.span());
    longer
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

/// The call that publishes. Its types are checked here, each at the token that is about it.
fn send(publisher: &Publisher) -> TokenStream {
    let Publisher {
        keys,
        outcome,
        topic,
        event,
        ..
    } = publisher;
    let span = shown_at(outcome);
    let private = keys.private_at(span);
    let key = key(publisher);
    let (inferred, borrowed) = (inferred(topic), borrowed(topic));
    match event {
        Some(name) => {
            quote_spanned!(span=> #private::send_event::<#outcome, #inferred>(&answer, #name, #borrowed, #key))
        }
        None => quote_spanned!(span=> #private::send_plain::<#outcome, #inferred>(&answer, #borrowed, #key)),
    }
}

fn key(publisher: &Publisher) -> TokenStream {
    let Some(field) = publisher.key.as_ref() else {
        // It is of the value's type, so that what the value lacks may be shown here.
        let span = shown_at(&publisher.outcome);
        let private = publisher.keys.private_at(span);
        return quote_spanned!(span=> #private::KeyBy::Schema);
    };
    let span = shown_at(field);
    let private = publisher.keys.private_at(span);
    let value = Ident::new("value", span);
    let borrowed = borrowed(&quote!(#value.#field));
    quote_spanned!(span=> #private::KeyBy::Field(|#value| #private::ToKey::to_key(#borrowed)))
}
