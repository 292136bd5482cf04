//! What stands beside the `impl` or the struct.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::Consumer;
use crate::on_event::expand_handler;
use crate::spans::shown_at;

/// The mark of the type, its registration, and those of its methods.
pub(super) fn expand(consumer: &Consumer) -> TokenStream {
    let Consumer {
        keys, cfgs, owner, ..
    } = consumer;
    let private = keys.private();
    let instance = instance(consumer);
    let constructed = constructed(consumer);
    let spec = spec(consumer);
    let handlers = consumer.handlers.iter().flatten().map(|handler| {
        let handler = expand_handler(handler);
        quote!(#cfgs #handler)
    });
    let mark = quote_spanned!(shown_at(owner)=> impl #private::EventConsumer for #owner {});
    quote_spanned! {Span::mixed_site()=>
        #cfgs
        #mark
        #cfgs
        const _: () = {
            #instance
            #constructed
            #private::register! { CONSUMERS: #spec }
        };
        #(#handlers)*
    }
}

/// Only methods need a value.
fn instance(consumer: &Consumer) -> Option<TokenStream> {
    consumer.handlers.as_ref()?;
    let owner = &consumer.owner;
    let span = shown_at(owner);
    let private = consumer.keys.private_at(span);
    Some(quote_spanned!(span=> #private::assert_instance::<#owner>();))
}

/// A struct that is nothing but a name would be called unused where only types name it.
fn constructed(consumer: &Consumer) -> Option<TokenStream> {
    let owner = &consumer.owner;
    let constructed = quote_spanned!(Span::mixed_site()=> let _: fn() -> #owner = || #owner;);
    consumer.is_unit.then_some(constructed)
}

fn spec(consumer: &Consumer) -> TokenStream {
    let Consumer {
        keys,
        owner,
        name,
        topics,
        ..
    } = consumer;
    let private = keys.private();
    let calls = keys.calls();
    quote_spanned! {Span::mixed_site()=>
        #private::ConsumerSpec::new(#name, #private::here!())
        .named_by::<#owner>()
        #(.topic(#topics))*
        #(#calls)*
    }
}
