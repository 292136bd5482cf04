//! `#[producer]` and `#[event]`: they wrap the function's body, so that what it returns is published.

mod check;
mod expand;
mod parse;

use proc_macro2::{Group, TokenStream};
use quote::quote;
use syn::{Ident, Type};

use crate::keys::Keys;
use crate::mistakes::or_errors;

/// Which of the two macros it is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// `#[producer]`: the value as it is.
    Producer,
    /// `#[event]`: the value in an event's envelope.
    Event,
}

/// What is known of a publishing function that has no mistakes.
struct Publisher {
    keys: Keys,
    /// The tokens before the body, as they were written.
    head: TokenStream,
    function: Ident,
    outcome: Type,
    body: Group,
    topic: TokenStream,
    event: Option<TokenStream>,
    key: Option<TokenStream>,
}

pub(crate) fn expand(kind: Kind, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let written = parse::parse(kind, attribute, item.clone());
    match written.and_then(check::check) {
        Ok(publisher) => expand::expand(&publisher),
        Err(mistakes) => {
            let errors = or_errors(Err(mistakes));
            quote!(#item #errors)
        }
    }
}

impl Kind {
    /// As it is written on a function.
    fn attribute(self) -> &'static str {
        match self {
            Kind::Producer => "#[producer]",
            Kind::Event => "#[event]",
        }
    }

    /// With the least it needs.
    fn example(self) -> &'static str {
        match self {
            Kind::Producer => "#[producer(topic = \"orders.created\")]",
            Kind::Event => "#[event(\"order.created\", topic = \"orders.created\")]",
        }
    }
}
