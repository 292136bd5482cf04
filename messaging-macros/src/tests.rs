//! What the macros emit, and what they say, seen without the compiler.

mod expansion;
mod mistakes;

use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree};

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("the source of a test lexes")
}

/// Tokens as a reader wants them.
fn formatted(tokens: TokenStream) -> String {
    let file = syn::parse2(calls_for_registers(tokens)).expect("an expansion is a list of items");
    prettyplease::unparse(&file)
}

/// `register! { SLICE: spec }` as `register(SLICE = spec)`: prettyplease would leave a macro on one line, and the line
/// limit would mean nothing.
fn calls_for_registers(tokens: TokenStream) -> TokenStream {
    let mut shown: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if ends_in_register(&shown) => {
                shown.pop();
                shown.push(Group::new(Delimiter::Parenthesis, equals_for_colon(group.stream())).into());
            }
            TokenTree::Group(group) => {
                shown.push(Group::new(group.delimiter(), calls_for_registers(group.stream())).into());
            }
            other => shown.push(other),
        }
    }
    shown.into_iter().collect()
}

fn ends_in_register(shown: &[TokenTree]) -> bool {
    let [.., TokenTree::Ident(name), TokenTree::Punct(bang)] = shown else {
        return false;
    };
    name == "register" && bang.as_char() == '!'
}

fn equals_for_colon(spec: TokenStream) -> TokenStream {
    let mut spec: Vec<TokenTree> = spec.into_iter().collect();
    spec[1] = Punct::new('=', Spacing::Alone).into();
    spec.into_iter().collect()
}
