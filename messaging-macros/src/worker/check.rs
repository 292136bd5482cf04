//! All rules that the tokens alone can decide; the others are the traits' to decide.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Error, FnArg, GenericParam, LitStr, ReturnType, Safety, Signature, Type, parse_quote_spanned};

use super::Worker;
use super::parse::Written;
use crate::cfgs::cfgs;
use crate::keys::Keys;
use crate::mistakes::Mistakes;
use crate::retry::check_retries;

const MOST_ARGUMENTS: usize = 16;

/// # Errors
/// All mistakes of the item.
pub(super) fn check(written: Written) -> syn::Result<Worker> {
    let Written {
        keys,
        attributes,
        signature,
        mut mistakes,
    } = written;
    check_qualifiers(&signature, &mut mistakes);
    check_generics(&signature, &mut mistakes);
    check_method(&signature, &mut mistakes);
    check_outcome(&signature, &mut mistakes);
    check_retries(&keys, &mut mistakes);
    let name = check_name(&keys, &signature, &mut mistakes);
    let topic = check_topic(&keys, &mut mistakes);
    let mut arguments = check_arguments(&signature, &mut mistakes);
    mistakes.none()?;

    let input = arguments.remove(0);
    let outcome = outcome(&signature);
    let cfgs = cfgs(&attributes);
    Ok(Worker {
        keys,
        cfgs,
        function: signature.ident,
        name,
        topic,
        input,
        extractors: arguments,
        outcome,
    })
}

fn check_qualifiers(signature: &Signature, mistakes: &mut Mistakes) {
    if signature.asyncness.is_none() {
        mistakes.at(signature.fn_token, "a worker is asynchronous: write `async fn`");
    }
    if let Some(constness) = &signature.constness {
        mistakes.at(constness, "a worker cannot be `const`: remove it");
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        mistakes.at(
            unsafety,
            "a worker cannot be `unsafe`: remove it and keep the unsafe block inside the function",
        );
    }
    if let Some(abi) = &signature.abi {
        mistakes.at(abi, "a worker cannot be `extern`: remove it");
    }
    if let Some(variadic) = &signature.variadic {
        mistakes.at(variadic, "a worker cannot be variadic: write each argument");
    }
}

fn check_generics(signature: &Signature, mistakes: &mut Mistakes) {
    for parameter in &signature.generics.params {
        mistakes.at(
            parameter,
            match parameter {
                GenericParam::Lifetime(_) => "a worker cannot have lifetimes: take arguments by value",
                _ => "a worker cannot be generic: write one function for each type, or register each with `WorkerSpec::of`",
            },
        );
    }
}

/// Only what is in the function shows whether it is a method; what is around it, a macro cannot see.
fn check_method(signature: &Signature, mistakes: &mut Mistakes) {
    const MESSAGE: &str = "a worker cannot be a method: make it a free async function that takes what it needs as `State<_>`, or put `#[worker]` on `impl Worker for` the type";
    if let Some(receiver) = signature.receiver() {
        mistakes.at(receiver, MESSAGE);
    } else if let Some(self_type) = find(signature.to_token_stream(), "Self") {
        mistakes.add(Error::new(self_type, MESSAGE));
    }
}

fn check_outcome(signature: &Signature, mistakes: &mut Mistakes) {
    let ReturnType::Type(_, outcome) = &signature.output else {
        return;
    };
    if find(outcome.to_token_stream(), "impl").is_some() {
        mistakes.at(
            outcome,
            "a worker cannot return `impl Trait`: write the type itself",
        );
    }
}

fn outcome(signature: &Signature) -> Type {
    match &signature.output {
        ReturnType::Default => parse_quote_spanned!(signature.ident.span()=> ()),
        ReturnType::Type(_, outcome) => (**outcome).clone(),
    }
}

fn check_name(keys: &Keys, signature: &Signature, mistakes: &mut Mistakes) -> TokenStream {
    if keys.given("name").is_some() {
        return keys.tokens("name").unwrap_or_default();
    }
    let name = signature.ident.unraw().to_string();
    if !name.is_ascii() {
        mistakes.at(
            &signature.ident,
            "a worker's name is ASCII: add `name = \"…\"` or rename the function",
        );
    }
    LitStr::new(&name, signature.ident.span()).into_token_stream()
}

pub(super) fn check_topic(keys: &Keys, mistakes: &mut Mistakes) -> TokenStream {
    if keys.given("topic").is_none() {
        // The attribute itself is what is wrong: there is no other token to point at.
        let message = "`topic` is missing: write `#[worker(topic = \"orders.created\")]`";
        mistakes.add(Error::new(Span::call_site(), message));
    }
    keys.tokens("topic").unwrap_or_default()
}

fn check_arguments(signature: &Signature, mistakes: &mut Mistakes) -> Vec<Type> {
    if signature.inputs.is_empty() {
        mistakes.at(
            &signature.ident,
            "a worker needs a payload: add it as the first argument, such as `order: Order`",
        );
    }
    if let Some(over) = signature.inputs.iter().nth(MOST_ARGUMENTS) {
        let message =
            "a worker takes at most 16 arguments: group extractors in a type that implements `FromDelivery`";
        mistakes.at(over, message);
    }
    let typed = signature.inputs.iter().filter_map(|argument| match argument {
        FnArg::Typed(argument) => Some(ungrouped(&argument.ty)),
        FnArg::Receiver(_) => None,
    });
    typed
        .inspect(|argument| check_argument(argument, mistakes))
        .cloned()
        .collect()
}

fn check_argument(argument: &Type, mistakes: &mut Mistakes) {
    if let Type::Reference(reference) = argument {
        let owned = &reference.elem.to_token_stream().to_string();
        mistakes.at(
            argument,
            format!("a worker owns its arguments: take `{owned}` by value, without `&`"),
        );
    }
    if find(argument.to_token_stream(), "impl").is_some() {
        mistakes.at(
            argument,
            "a worker cannot take `impl Trait`: write the type itself",
        );
    }
}

/// The type itself, without the invisible group that a `macro_rules` puts around it.
fn ungrouped(argument: &Type) -> &Type {
    match argument {
        Type::Group(group) => ungrouped(&group.elem),
        plain => plain,
    }
}

/// Where `word` first stands in `tokens`.
fn find(tokens: TokenStream, word: &str) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == word => Some(ident.span()),
        TokenTree::Group(group) => find(group.stream(), word),
        _ => None,
    })
}
