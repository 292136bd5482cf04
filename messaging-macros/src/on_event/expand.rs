//! What stands beside the function, or beside the `impl` for one of its methods.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt;

use super::{Handler, Stands};
use crate::spans::shown_at;

/// The checks and the registration.
pub(crate) fn expand(handler: &Handler) -> TokenStream {
    let Handler { keys, cfgs, .. } = handler;
    let private = keys.private();
    let checks = [arguments(handler), outcome(handler), future(handler)];
    let spec = spec(handler);
    quote_spanned! {Span::mixed_site()=>
        #cfgs
        const _: () = {
            #(#checks)*
            #private::register! { EVENT_HANDLERS: #spec }
        };
    }
}

fn spec(handler: &Handler) -> TokenStream {
    let Handler {
        keys,
        function,
        event,
        stands,
        ..
    } = handler;
    let private = keys.private();
    let name = LitStr::new(&function.unraw().to_string(), function.span());
    let (called, place, instance) = match stands {
        Stands::Free => (function.to_token_stream(), quote!(), quote!()),
        Stands::Method(line) => {
            let line = Literal::usize_unsuffixed(*line);
            (method(handler), line.to_token_stream(), instance(handler))
        }
    };
    let consumer = belongs(handler);
    let classify = keys.tokens("classify").map(|classify| {
        let span = shown_at(&classify);
        quote_spanned!(span=> .classify(#called, #classify))
    });
    // What the future of a method lacks is shown at the method.
    let span = shown_at(function);
    let erase = keys.private_at(span);
    let make = quote_spanned!(span=> |context| #erase::erase_event(#called, context));
    quote_spanned! {Span::mixed_site()=>
        #private::EventHandlerSpec::new(
            #name,
            #event,
            #private::here!(#place),
            #make,
        )
        #consumer
        #instance
        #classify
    }
}

/// A type that is no consumer is shown where it is named.
fn belongs(handler: &Handler) -> TokenStream {
    let consumer = &handler.consumer;
    let span = shown_at(consumer);
    quote_spanned!(span=> .consumer::<#consumer>())
}

fn instance(handler: &Handler) -> TokenStream {
    let consumer = &handler.consumer;
    let span = shown_at(consumer);
    let private = handler.keys.private_at(span);
    quote_spanned!(span=> .default_instance(#private::default_instance!(#consumer)))
}

/// The method with its instance as an argument: the future of a method borrows, so a closure owns the instance.
fn method(handler: &Handler) -> TokenStream {
    let Handler {
        function,
        consumer,
        shape,
        ..
    } = handler;
    let private = handler.keys.private();
    let input = &shape.input;
    let types = &shape.extractors;
    // What its future lacks is shown at the method.
    let span = shown_at(function);
    let names: Vec<_> = (0..types.len())
        .map(|at| format_ident!("a{at}", span = span))
        .collect();
    quote_spanned! {span=>
        |input: #input, this: #private::Instance<#consumer> #(, #names: #types)*| async move {
            <#consumer>::#function(&this, input #(, #names)*).await
        }
    }
}

fn arguments(handler: &Handler) -> TokenStream {
    let Handler { keys, shape, .. } = handler;
    let input = &shape.input;
    let span = shown_at(input);
    let private = keys.private_at(span);
    let input = quote_spanned!(span=> #private::assert_event_input::<#input>(););
    let extractors = shape.extractors.iter().map(|extractor| {
        let span = shown_at(extractor);
        let private = keys.private_at(span);
        quote_spanned!(span=> #private::assert_argument::<#extractor>();)
    });
    quote!(#input #(#extractors)*)
}

fn outcome(handler: &Handler) -> TokenStream {
    let outcome = &handler.shape.outcome;
    let span = shown_at(outcome);
    let private = handler.keys.private_at(span);
    quote_spanned!(span=> #private::assert_event_answer::<#outcome>();)
}

fn future(handler: &Handler) -> TokenStream {
    let Handler {
        function, consumer, ..
    } = handler;
    let span = shown_at(function);
    let private = handler.keys.private_at(span);
    match handler.stands {
        Stands::Free => quote_spanned!(span=> #private::assert_future(&#function);),
        Stands::Method(_) => quote_spanned!(span=> #private::assert_future(&<#consumer>::#function);),
    }
}
