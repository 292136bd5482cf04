//! The `impl` as the user wrote it, without `#[on_event]` on its methods: there, it is `#[consumer]` that reads it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Attribute;
use syn::parse::Parser;

use crate::on_event::is_on_event;

/// All other tokens stay as they are.
pub(super) fn without_on_event(item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last_mut() {
        let mut kept = Group::new(body.delimiter(), in_body(body));
        kept.set_span(body.span());
        *body = kept;
    }
    tokens.into_iter().collect()
}

fn in_body(body: &Group) -> TokenStream {
    if body.delimiter() != Delimiter::Brace {
        return body.stream();
    }
    let mut kept = Vec::new();
    for token in body.stream() {
        let ends = kept.last().is_some_and(is_pound) && is_ours(&token);
        if ends {
            kept.pop();
        } else {
            kept.push(token);
        }
    }
    kept.into_iter().collect()
}

fn is_pound(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')
}

/// Whether these are the brackets of `#[on_event]`.
fn is_ours(token: &TokenTree) -> bool {
    let TokenTree::Group(brackets) = token else {
        return false;
    };
    let attribute = quote::quote!(# #brackets);
    let parsed = Attribute::parse_outer.parse2(attribute);
    parsed.is_ok_and(|attributes| attributes.iter().any(is_on_event))
}
