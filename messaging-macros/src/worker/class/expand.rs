//! What stands beside the `impl`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::Class;
use crate::spans::{borrowed, inferred, shown_at};
use crate::worker::expand::at_key;

/// The checks and the registration.
pub(super) fn expand(class: &Class) -> TokenStream {
    let Class { keys, cfgs, .. } = class;
    let private = keys.private();
    let checks = [carries(class), accepts(class), schemas(class)];
    let spec = spec(class);
    quote_spanned! {Span::mixed_site()=>
        #cfgs
        const _: () = {
            #(#checks)*
            #private::register! { WORKERS: #spec }
        };
    }
}

fn spec(class: &Class) -> TokenStream {
    let Class {
        keys,
        worker,
        name,
        topic,
        on_error,
        on_success,
        ..
    } = class;
    let private = keys.private();
    // What a type lacks that is no worker, or cannot be shared, is shown at it.
    let span = shown_at(worker);
    let at_worker = keys.private_at(span);
    let class = quote_spanned!(span=> #at_worker::class::<#worker>(#on_error, #on_success));
    let default = quote_spanned!(span=> .default_instance(#at_worker::default_instance!(#worker)));
    let calls = keys.calls();
    let classify = keys
        .tokens("classify")
        .map(|classify| quote!(.classify(#classify)));
    quote_spanned! {Span::mixed_site()=>
        #private::WorkerSpec::class(
            #name,
            #topic,
            #class #classify,
        )
        .at(#private::here!())
        #default
        #(#calls)*
    }
}

/// Whether the topic can be read as the input.
fn carries(class: &Class) -> TokenStream {
    let Class {
        keys, worker, topic, ..
    } = class;
    let span = Span::mixed_site().located_at(class.input);
    let private = keys.private_at(span);
    let (inferred, borrowed) = (inferred(topic), borrowed(topic));
    quote_spanned!(span=> #private::class_carries::<#worker, #inferred>(#borrowed);)
}

/// Whether the topic of the outputs takes them.
fn accepts(class: &Class) -> TokenStream {
    let Class { keys, worker, .. } = class;
    let Some(topic) = keys.tokens("output_topic") else {
        return TokenStream::new();
    };
    let span = Span::mixed_site().located_at(class.output);
    let private = keys.private_at(span);
    let (inferred, borrowed) = (inferred(&topic), borrowed(&topic));
    quote_spanned!(span=> #private::class_accepts::<#worker, #inferred>(#borrowed);)
}

/// A schema of what has a type says nothing that the type does not.
fn schemas(class: &Class) -> TokenStream {
    let Class { keys, worker, .. } = class;
    let on_input = keys.given("input_schema").map(|given| {
        let (private, payload) = at_key(keys, given);
        quote_spanned!(shown_at(given)=> #private::class_shapeless_input::<#worker, #payload>();)
    });
    let on_output = keys.given("output_schema").map(|given| {
        let (private, output) = at_key(keys, given);
        quote_spanned!(shown_at(given)=> #private::class_shapeless_output::<#worker, #output>();)
    });
    quote!(#on_input #on_output)
}
