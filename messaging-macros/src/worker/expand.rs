//! What stands beside the function.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::Worker;
use crate::function::Shape;
use crate::keys::{Given, Keys};
use crate::spans::{borrowed, inferred, shown_at};

/// The checks and the registration.
pub(super) fn expand(worker: &Worker) -> TokenStream {
    let Worker { keys, cfgs, .. } = worker;
    let private = keys.private();
    let checks = [
        arguments(worker),
        outcome(worker),
        carries(worker),
        batches(worker),
        schemas(worker),
        future(worker),
    ];
    let spec = spec(worker);
    quote_spanned! {Span::mixed_site()=>
        #cfgs
        const _: () = {
            #(#checks)*
            #private::register! { WORKERS: #spec }
        };
    }
}

fn spec(worker: &Worker) -> TokenStream {
    let Worker {
        keys,
        function,
        name,
        topic,
        unsaid,
        ..
    } = worker;
    let private = keys.private();
    let calls = keys.calls();
    let classify = keys
        .tokens("classify")
        .map(|classify| quote!(.classify(#function, #classify)));
    quote_spanned! {Span::mixed_site()=>
        #private::WorkerSpec::new(
            #name,
            #private::here!(),
            #topic,
            |context| #private::erase(#function, context),
        )
        #unsaid
        #(#calls)*
        #classify
    }
}

fn arguments(worker: &Worker) -> TokenStream {
    let Worker {
        keys,
        shape: Shape {
            input, extractors, ..
        },
        ..
    } = worker;
    let span = shown_at(input);
    let private = keys.private_at(span);
    let input = quote_spanned!(span=> #private::assert_input::<#input>(););
    let extractors = extractors.iter().map(|extractor| {
        let span = shown_at(extractor);
        let private = keys.private_at(span);
        quote_spanned!(span=> #private::assert_argument::<#extractor>();)
    });
    quote!(#input #(#extractors)*)
}

/// Whether the topic can be read as the input; that the input is none falls on the input, where it is said already.
fn carries(worker: &Worker) -> TokenStream {
    let (input, topic) = (&worker.shape.input, &worker.topic);
    let span = shown_at(input);
    let private = worker.keys.private_at(span);
    let (inferred, borrowed) = (inferred(topic), borrowed(topic));
    quote_spanned!(span=> #private::carries::<#input, #inferred>(#borrowed);)
}

/// The result alone, or the result together with the topic that takes it.
fn outcome(worker: &Worker) -> TokenStream {
    let (input, outcome) = (&worker.shape.input, &worker.shape.outcome);
    let span = shown_at(input);
    let private = worker.keys.private_at(span);
    let Some(topic) = worker.keys.tokens("output_topic") else {
        return quote_spanned!(span=> #private::assert_outcome::<#input, #outcome>(););
    };
    let (inferred, borrowed) = (inferred(&topic), borrowed(&topic));
    quote_spanned!(span=> #private::accepts::<#input, #outcome, #inferred>(#borrowed);)
}

/// The keys of batches change nothing for a handler of single records, which is not what the user meant.
fn batches(worker: &Worker) -> TokenStream {
    let Worker { keys, shape, .. } = worker;
    let input = &shape.input;
    let given = ["batch_size", "batch_timeout"].map(|key| keys.given(key));
    let checks = given.into_iter().flatten().map(|given| {
        let span = shown_at(given);
        let private = keys.private_at(span);
        let kind = inferred(&given.to_token_stream());
        quote_spanned!(span=> #private::assert_gathers::<#input, _, #kind>();)
    });
    quote!(#(#checks)*)
}

/// A schema of what has a type says nothing that the type does not.
fn schemas(worker: &Worker) -> TokenStream {
    let Worker { keys, shape, .. } = worker;
    let Shape { input, outcome, .. } = shape;
    let on_input = keys.given("input_schema").map(|given| {
        let (private, payload) = at_key(keys, given);
        quote_spanned!(shown_at(given)=> #private::assert_shapeless_input::<#input, #payload>();)
    });
    let on_output = keys.given("output_schema").map(|given| {
        let (private, output) = at_key(keys, given);
        quote_spanned!(shown_at(given)=> #private::assert_shapeless_output::<#input, #outcome, #output>();)
    });
    quote!(#on_input #on_output)
}

/// The path to all that generated code may name, and a type to be inferred, both shown at a key.
pub(super) fn at_key(keys: &Keys, given: &Given) -> (TokenStream, TokenStream) {
    let private = keys.private_at(shown_at(given));
    (private, inferred(&given.to_token_stream()))
}

fn future(worker: &Worker) -> TokenStream {
    let function = &worker.function;
    let span = shown_at(function);
    let private = worker.keys.private_at(span);
    quote_spanned!(span=> #private::assert_future(&#function);)
}
