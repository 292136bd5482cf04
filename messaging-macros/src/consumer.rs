//! `#[consumer]`, on an `impl` whose methods handle events, on a struct that handlers name, or on one async function.

mod check;
mod expand;
mod methods;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Error;

use crate::keys::Keys;
use crate::mistakes::or_errors;
use crate::on_event::Handler;
use crate::worker::expand_as;

/// What is known of a consumer that has no mistakes.
struct Consumer {
    keys: Keys,
    cfgs: TokenStream,
    /// The type that is the consumer.
    owner: TokenStream,
    /// Whether it is a struct without fields.
    is_unit: bool,
    name: TokenStream,
    topics: Vec<TokenStream>,
    /// The handlers among the methods of an `impl`; a struct has none.
    handlers: Option<Vec<Handler>>,
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = match parse::kind(item.clone()) {
        parse::Kind::Function => return expand_as(&parse::FUNCTION, attribute, item),
        parse::Kind::Impl => parse::parse_impl(attribute, item.clone()),
        parse::Kind::Struct => parse::parse_struct(attribute, item.clone()),
        parse::Kind::Other(start) => Err(Error::new(start, parse::MISPLACED)),
    };
    let checked = parsed.and_then(check::check);
    let beside = or_errors(checked.map(|consumer| expand::expand(&consumer)));
    // The attributes of its methods are read here, and are no macros of their own.
    let item = methods::without_on_event(item);
    quote!(#item #beside)
}
