//! What stands beside the function.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::Worker;

/// The checks and the registration. Errors of the checks fall on the user's types, which keep their spans.
pub(super) fn expand(worker: &Worker) -> TokenStream {
    let Worker {
        keys,
        cfgs,
        function,
        name,
        topic,
        input,
        extractors,
        outcome,
        ..
    } = worker;
    let private = keys.private();
    let carries = carries(worker);
    let accepts = accepts(worker);
    let classify = classify(worker);
    let calls = keys.calls();
    quote_spanned! {Span::mixed_site()=>
        #cfgs
        const _: () = {
            #private::assert_input::<#input>();
            #(#private::assert_argument::<#extractors>();)*
            #private::assert_outcome::<#input, #outcome>();
            #carries
            #accepts
            #private::register! { WORKERS: #private::WorkerSpec::new(
                #name,
                #private::here!(),
                #topic,
                |context| #private::erase(#function, context),
            )
            #(#calls)*
            #classify }
        };
    }
}

fn carries(worker: &Worker) -> TokenStream {
    let Worker {
        keys, topic, input, ..
    } = worker;
    let private = keys.private();
    let borrowed = borrowed(topic);
    quote_spanned!(Span::mixed_site()=> #private::carries::<#input, _>(#borrowed);)
}

fn accepts(worker: &Worker) -> Option<TokenStream> {
    let Worker {
        keys, input, outcome, ..
    } = worker;
    let private = keys.private();
    let borrowed = borrowed(&keys.tokens("output_topic")?);
    Some(quote_spanned!(Span::mixed_site()=> #private::accepts::<#input, #outcome, _>(#borrowed);))
}

/// `classify` alone of all keys is about the function too: its type says what the errors are.
fn classify(worker: &Worker) -> Option<TokenStream> {
    let Worker { keys, function, .. } = worker;
    let classify = keys.tokens("classify")?;
    Some(quote_spanned!(Span::mixed_site()=> .classify(#function, #classify)))
}

/// `&expression`, with the `&` at the expression too, so that an error covers all of it and nothing else.
fn borrowed(expression: &TokenStream) -> TokenStream {
    let and = quote_spanned!(expression.span()=> &);
    quote!(#and #expression)
}
